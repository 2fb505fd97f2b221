/*
 * modes.S: code of 64, 32 and 16 bits in one program.  Nobody runs it: test_modes.c tells a
 * trace of it.
 */
	.macro func name
	.globl \name
	.type \name, @function
\name:
	.endm

	.text
	.code64
	func in64
	inc	%rax
	ljmp	*(%rax)
	.size	in64, . - in64

	.code32
	func in32
	inc	%eax
	push	%es
	mov	8(%ebp), %edx
	call	deeper
back:	jne	1f
	nop
1:	ljmp	*(%eax)
	.size	in32, . - in32

	func deeper
	dec	%ecx
	pusha
	ret
	.size	deeper, . - deeper

	.code16
	func in16
	inc	%ax
	mov	4(%bx,%si), %ecx
	ljmp	*(%bx)
	.size	in16, . - in16

	.code64
	func in64_again
	mov	%eax, %r8d
	syscall
	.size	in64_again, . - in64_again
