package storage

import "golang.org/x/sys/unix"

// Magic numbers of statfs(2) that x/sys does not name.
const (
	magicCIFS = 0xFF534D42
	magicCeph = 0x00C36400
	magicGFS2 = 0x01161970
	magicGlus = 0x01021997 // 9p: shares of virtual machines
)

func driveOf(dir string) (drive, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return drive{}, err
	}
	return driveOfMagic(uint32(st.Type)), nil //nolint:gosec // the numbers have 32 bits
}

func driveOfMagic(magic uint32) drive {
	switch magic {
	case unix.NFS_SUPER_MAGIC:
		return drive{name: "nfs", network: true}
	case unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, magicCIFS:
		return drive{name: "smb", network: true}
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC, unix.CODA_SUPER_MAGIC, unix.NCP_SUPER_MAGIC:
		return drive{name: "afs", network: true}
	case magicCeph, magicGFS2:
		return drive{name: "cluster", network: true}
	case unix.FUSE_SUPER_MAGIC:
		return drive{name: "fuse", foreign: true}
	case magicGlus:
		return drive{name: "9p", foreign: true}
	}
	return drive{}
}
