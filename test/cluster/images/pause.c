// The sandbox container's only process: it reaps children and ends on SIGTERM or SIGINT. x86-64 Linux, no libc: a pod
// with a hundred kilobytes less is a pod more.
enum { SYS_RT_SIGPROCMASK = 14, SYS_WAIT4 = 61, SYS_RT_SIGTIMEDWAIT = 128, SYS_EXIT_GROUP = 231 };
enum { SIGNAL_INT = 2, SIGNAL_TERM = 15, SIGNAL_CHILD = 17, BLOCK = 0, NO_HANG = 1, SET_SIZE = 8 };

static long call(long number, long a, long b, long c, long d) {
  long result;
  register long fourth __asm__("r10") = d;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
  return result;
}

void _start(void) {
  unsigned long all = ~0UL;
  call(SYS_RT_SIGPROCMASK, BLOCK, (long)&all, 0, SET_SIZE);
  for (;;) {
    long signal = call(SYS_RT_SIGTIMEDWAIT, (long)&all, 0, 0, SET_SIZE);
    if (signal == SIGNAL_INT || signal == SIGNAL_TERM) call(SYS_EXIT_GROUP, 0, 0, 0, 0);
    while (signal == SIGNAL_CHILD && call(SYS_WAIT4, -1, 0, NO_HANG, 0) > 0) {
    }
  }
}
