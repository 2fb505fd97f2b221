/*
 * kernel.S: a little kernel, a module, a BPF program and a program in user space, one section
 * each at the address where such code is.  Nobody runs it: test_kernel.c walks it.
 * Conditional jumps go either way at random, `call *%rax` to one of the functions listed there.
 */
	.macro func name
	.globl \name
	.type \name, @function
\name:
	.endm
	.macro end name
	.size \name, . - \name
	.endm

	.section .user, "ax"
	func program
	call	work
	mov	$1, %eax
	syscall
	test	%eax, %eax
	je	program
	call	work
	jmp	program
	end program

	func work
	test	%edi, %edi
	jne	1f
	ret
1:	dec	%edi
	jne	1b
	ret
	end work

	.text
	.globl _text
	.globl _stext
_text:
_stext:
	.skip	16, 0x90
	func entry_SYSCALL_64
	swapgs
	push	%rax
	call	do_syscall_64
	swapgs
	sysretq
	end entry_SYSCALL_64

	.balign 16
	func do_syscall_64
	test	%eax, %eax
	js	1f
	call	*%rax
	ret
1:	call	ksys_none
	ret
	end do_syscall_64

	.balign 16
	func ksys_none
	mov	$-38, %eax
	ret
	end ksys_none

	.balign 16
	func ksys_read
	call	lock
	/* A jump label: something else stands here later. */
	.globl jump_label
jump_label:
	.byte	0x0f, 0x1f, 0x44, 0x00, 0x00
	call	unlock
	ret
	call	slow_path
	call	unlock
	ret
	end ksys_read

	.balign 16
	func slow_path
	test	%esi, %esi
	je	1f
	call	lock
1:	ret
	end slow_path

	.balign 16
	func lock
	lock cmpxchg %rdx, (%rdi)
	jne	lock
	ret
	end lock

	.balign 16
	func unlock
	movb	$0, (%rdi)
	ret
	end unlock

	.balign 16
	func asm_sysvec_timer
	push	%rax
	call	sysvec_timer
	pop	%rax
	iretq
	end asm_sysvec_timer

	.balign 16
	func sysvec_timer
	test	%edi, %edi
	je	1f
	call	unlock
1:	ret
	end sysvec_timer
	.globl _etext
_etext:

	.section .module, "ax"
	func mod_ioctl
	call	mod_helper
	test	%eax, %eax
	je	mod_ioctl
	call	ksys_none
	ret
	end mod_ioctl

	.balign 16
	func mod_helper
	nop
	ret
	end mod_helper

	.section .bpf, "ax"
	func bpf_prog_0123456789abcdef_filter
	test	%edi, %edi
	jne	1f
	call	lock
1:	ret
	end bpf_prog_0123456789abcdef_filter

	/* A copy of an instruction that a probe displaced: in no file, its bytes come by a record. */
	.section .slot, "ax"
	func optinsn_slot
	push	%rdi
	call	unlock
	pop	%rdi
	ret
	end optinsn_slot
	.section .note.GNU-stack, "", @progbits
