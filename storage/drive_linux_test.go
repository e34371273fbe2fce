package storage

import "testing"

func TestDrives(t *testing.T) {
	for magic, want := range map[uint32]drive{
		0x6969: {"nfs", true, false}, 0xFF534D42: {"smb", true, false}, 0xFE534D42: {"smb", true, false}, 0x517B: {"smb", true, false},
		0x65735546: {"fuse", false, true}, 0xEF53: {}, 0x9123683E: {}, 0x58465342: {}, 0x01021994: {},
	} {
		if got := driveOfMagic(magic); got != want {
			t.Errorf("%#x is %+v, want %+v", magic, got, want)
		}
	}
	if d, err := driveOf(t.TempDir()); err != nil || d.network {
		t.Errorf("the directory for tests is %+v, %v", d, err)
	}
	if _, err := driveOf("/nowhere/at/all"); err == nil {
		t.Error("a missing directory has a drive")
	}
}
