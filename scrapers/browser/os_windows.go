package browser

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// identity is the user the browser runs as: always ourselves here.
type identity struct {
	drop      bool
	uid, gid  int
	noSandbox bool
}

func chooseIdentity(Config) (identity, error) { return identity{}, nil }

func bind(cmd *exec.Cmd, _ identity) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.CreationFlags |= windows.CREATE_NEW_PROCESS_GROUP
}

// givePipes hands the two ends over as inherited handles, named on the command
// line.
func givePipes(cmd *exec.Cmd, r, w *os.File) error {
	hr, hw := syscall.Handle(r.Fd()), syscall.Handle(w.Fd())
	for _, h := range []syscall.Handle{hr, hw} {
		if err := syscall.SetHandleInformation(h, syscall.HANDLE_FLAG_INHERIT, syscall.HANDLE_FLAG_INHERIT); err != nil {
			return fmt.Errorf("let the browser inherit its pipes: %w", err)
		}
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.AdditionalInheritedHandles = append(cmd.SysProcAttr.AdditionalInheritedHandles, hr, hw)
	flag := "--remote-debugging-io-pipes=" + strconv.FormatUint(uint64(hr), 10) + "," + strconv.FormatUint(uint64(hw), 10)
	cmd.Args = slices.Insert(cmd.Args, 1, flag)
	return nil
}

// leash is a job object that ends the browser with all its children when it is
// closed, also by our own death.
type leash struct{ job windows.Handle }

func hold(cmd *exec.Cmd) leash {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return leash{}
	}
	info := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	info.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info)))
	if err == nil {
		var h windows.Handle
		h, err = windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(cmd.Process.Pid))
		if err == nil {
			err = windows.AssignProcessToJobObject(job, h)
			_ = windows.CloseHandle(h)
		}
	}
	if err != nil {
		_ = windows.CloseHandle(job)
		return leash{}
	}
	return leash{job: job}
}

func (l leash) kill(cmd *exec.Cmd) {
	if l.job != 0 && windows.TerminateJobObject(l.job, 1) == nil {
		return
	}
	_ = cmd.Process.Kill() // it has gone already
}

func (l leash) release() {
	if l.job != 0 {
		_ = windows.CloseHandle(l.job)
	}
}

// usersOf has nobody to find: the job object leaves no process behind.
func usersOf(string) []int { return nil }

func smallShm() bool { return false }
