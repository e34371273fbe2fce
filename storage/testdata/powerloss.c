// Records what SQLite asks of the disk, so that a test can rebuild every state in
// which a power cut could have left it. Loaded with LD_PRELOAD into a Linux
// process; Go's own calls do not pass through libc and are not recorded.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { files = 4096 };
static char which[files]; // by descriptor: 'd' database, 'w' write-ahead log
static int journal = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
	const char *path = getenv("POWERLOSS_LOG");
	if (path) journal = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static void record(char op, char file, uint64_t offset, const void *data, uint32_t size) {
	unsigned char head[16] = {(unsigned char)op, (unsigned char)file};
	memcpy(head + 4, &size, 4);
	memcpy(head + 8, &offset, 8);
	struct iovec parts[2] = {{head, sizeof head}, {(void *)data, size}};
	if (writev(journal, parts, data ? 2 : 1) < 0) abort();
}

static char of(int fd) { return journal >= 0 && fd >= 0 && fd < files ? which[fd] : 0; }

static int ends(const char *s, const char *tail) {
	size_t n = strlen(s), m = strlen(tail);
	return n >= m && !strcmp(s + n - m, tail);
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int opened(int fd, const char *path) {
	if (fd >= 0 && fd < files)
		which[fd] = ends(path, ".db") ? 'd' : ends(path, ".db-wal") ? 'w' : 0;
	return fd;
}

int open64(const char *path, int flags, ...) {
	REAL(open64);
	va_list rest;
	va_start(rest, flags);
	int mode = va_arg(rest, int);
	va_end(rest);
	return opened(real(path, flags, mode), path);
}

int close(int fd) {
	REAL(close);
	if (fd >= 0 && fd < files) which[fd] = 0;
	return real(fd);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
	REAL(pwrite64);
	if (!of(fd)) return real(fd, data, size, offset);
	pthread_mutex_lock(&lock);
	ssize_t n = real(fd, data, size, offset);
	if (n > 0) record('p', of(fd), offset, data, n);
	pthread_mutex_unlock(&lock);
	return n;
}

int ftruncate64(int fd, off64_t size) {
	REAL(ftruncate64);
	if (!of(fd)) return real(fd, size);
	pthread_mutex_lock(&lock);
	int err = real(fd, size);
	if (!err) record('t', of(fd), size, NULL, 0);
	pthread_mutex_unlock(&lock);
	return err;
}

static int synced(int (*real)(int), int fd) {
	if (!of(fd)) return real(fd);
	pthread_mutex_lock(&lock);
	int err = real(fd);
	if (!err) record('s', of(fd), 0, NULL, 0);
	pthread_mutex_unlock(&lock);
	return err;
}

int fsync(int fd) { REAL(fsync); return synced(real, fd); }
int fdatasync(int fd) { REAL(fdatasync); return synced(real, fd); }
