// SPDX-License-Identifier: GPL-2.0
/*
 * verdict BYTE: end the guest with a word. QEMU exits with (BYTE << 1) | 1, which is never the 0
 * of a guest that ends in any other way.
 */
#include <stdlib.h>

#ifdef __aarch64__
/* Semihosting: SYS_EXIT_EXTENDED, for ADP_Stopped_ApplicationExit. Killed if QEMU has it not. */
static void leave(unsigned char byte)
{
	const unsigned long why[] = { 0x20026, byte << 1 | 1 };

	asm volatile("mov x0, #0x20\n\tmov x1, %0\n\thlt #0xf000"
		     : : "r" (why) : "x0", "x1", "memory");
}
#else
#include <fcntl.h>
#include <sys/io.h>
#include <unistd.h>

/* isa-debug-exit. Debian's cloud kernels have no /dev/port, small ones no ioperm(). */
static void leave(unsigned char byte)
{
	if (!ioperm(0xf4, 1, 1))
		outb(byte, 0xf4);
	else if (pwrite(open("/dev/port", O_WRONLY), &byte, 1, 0xf4) != 1)
		exit(1);
}
#endif

int main(int argc, char **argv)
{
	if (argc == 2)
		leave(atoi(argv[1]));
	return 1;
}
