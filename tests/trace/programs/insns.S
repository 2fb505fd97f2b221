/*
 * insns.S: instructions of every class, for the disassembler.  Nobody runs them: test_insns.c reads
 * them, so that it does not depend on what the CPU here has.  A section for each width of code.
 */

/* ---- general registers and memory, in every size */
	.macro sizes op
	\op\()b	$1, (%rax)
	\op\()w	$0x1234, 8(%rax)
	\op\()l	$-1, -8(%rbp)
	\op\()q	$-2, 0x12345678(,%r9,8)
	\op	%cl, %ah
	\op	%r8w, %dx
	\op	%eax, (%rsp)
	\op	$-1, %r10
	.endm
	.macro one_of op
	\op\()b	(%rax)
	\op\()w	(%rax)
	\op\()l	(%rax)
	\op\()q	(%rax,%rcx,2)
	\op	%r11
	\op	%sil
	.endm
	.macro shifts op
	\op	%eax
	\op	$5, %r9w
	\op	%cl, %rdx
	\op\()b	(%rax)
	\op\()w	%cl, (%rax)
	\op\()l	$31, (%rax)
	\op\()q	4(%rax)
	.endm
	.macro bits op
	\op	%eax, (%rcx)
	\op\()w	$1, (%rcx)
	\op\()l	$1, (%rcx)
	\op\()q	$1, (%rcx)
	\op	$1, %rcx
	.endm
	.macro conditions cc
	j\cc	1b
	j\cc	near
	set\cc	%al
	set\cc	(%rax)
	cmov\cc	%eax, %ecx
	cmov\cc	(%rax), %r8
	.endm

	.text
1:
near:
	.irp op, add, or, adc, sbb, and, sub, xor, cmp
	sizes	\op
	.endr
	.irp op, inc, dec, neg, not, mul, imul, div, idiv
	one_of	\op
	.endr
	.irp op, rol, ror, rcl, rcr, shl, shr, sar
	shifts	\op
	.endr
	.irp op, bt, bts, btr, btc
	bits	\op
	.endr
	.irp cc, o, no, b, ae, e, ne, be, a, s, ns, p, np, l, ge, le, g
	conditions \cc
	.endr
	sizes	mov
	mov	$0x1122334455667788, %rax
	mov	$1, %r15d
	mov	$0xff, %bpl
	movabs	0x1122334455667788, %al
	movabs	%rax, 0x1122334455667788
	mov	%fs:0x28, %rax
	mov	%fs:0xfffffffffffffff8, %rax
	mov	%gs:(%rbx), %ecx
	mov	0x1234, %eax
	mov	near(%rip), %rax
	mov	-1(%rip), %rax
	movl	$5, 3(%rip)
	mov	%ds, %eax
	mov	%eax, %ss
	mov	%ds, (%rax)
	mov	%cr3, %rax
	mov	%rax, %cr4
	mov	%rax, %db7
	.byte	0x8b, 0x44, 0x20, 0x00				/* mov 0(%rax,%riz,1), %eax */
	mov	0(%rbp), %eax
	mov	0x7f(%r12), %eax
	mov	(%eax), %ebx
	mov	5(,%rbx,1), %eax
	lea	(%rax,%rax,4), %edx
	lea	-8(%eax), %r9
	movzbl	%sil, %eax
	movzbl	(%rax), %eax
	movzwl	(%rax), %eax
	movzbw	%dl, %ax
	movzwl	%r9w, %r10d
	movzbq	(%rax), %rax
	movsbl	%dl, %eax
	movsbq	(%rdi), %rdx
	movswq	%ax, %rax
	movswl	(%rax), %eax
	movslq	%esi, %rsi
	movslq	(%rdx,%rax,4), %rax
	cbtw
	cwtl
	cltq
	cwtd
	cltd
	cqto
	testl	$5, (%rax)
	testb	$0x80, %al
	test	%rax, %rax
	imul	$-8, %eax, %ecx
	imul	$0x12345, (%rax), %rcx
	imul	%ecx, %eax
	shld	$3, %eax, (%rcx)
	shrd	%cl, %rax, %rcx
	xchg	%ax, %ax
	xchg	%eax, (%rcx)
	xchg	%rax, %r8
	cmpxchg8b (%rax)
	cmpxchg16b (%rax)
	cmpxchg	%al, (%rcx)
	xadd	%eax, (%rcx)
	bswap	%r9
	movbe	(%rax), %ecx
	movnti	%rax, (%rcx)
	popcnt	(%rax), %ecx
	tzcnt	%rax, %rcx
	lzcnt	(%rax), %rcx
	bsf	%eax, %ecx
	crc32b	%al, %ecx
	crc32b	(%rax), %ecx
	crc32w	(%rax), %ecx
	crc32l	(%rax), %ecx
	crc32q	(%rax), %rcx
	crc32q	%rax, %rcx
	push	%rax
	push	$1
	push	$-1
	push	$0x12345678
	push	(%rax)
	pushw	(%rax)
	pushw	$1
	push	%fs
	pop	%r12
	pop	(%rax)
	pushf
	popf
	pushfw
	leave
	enter	$16, $1
	call	near
	call	*%rax
	call	*8(%rax)
	call	*near(%rip)
	jmp	near
	jmp	*%r11
	jmp	*(%rax,%rcx,8)
	lcall	*(%rax)
	ljmp	*(%rax)
	ret
	ret	$8
	lretl
	lretq
	lretl	$8
	iretl
	iretq
	iretw
	syscall
	sysretl
	sysretq
	sysenter
	int	$0x80
	int3
	ud2
2:
	loop	2b
	loopne	2b
	jrcxz	2b
	jecxz	2b
	nop
	nopw	0(%rax,%rax,1)
	nopl	(%rax)
	nopl	0x12345678(%rax)
	nop	%eax
	pause
	endbr64
	hlt
	cpuid
	rdtsc
	rdtscp
	xgetbv
	swapgs
	lfence
	mfence
	sfence
	sldt	%eax
	str	(%rax)
	lgdt	(%rax)
	sidt	(%rax)
	lmsw	%ax
	smsw	(%rax)
	verr	(%rax)
	invlpg	(%rax)
	invpcid	(%rax), %rcx
	clflush	(%rax)
	clflushopt (%rax)
	prefetcht0 (%rax)
	prefetchnta (%rax)
	prefetchw (%rax)
	rdfsbase %rax
	wrgsbase %ecx
	rdrand	%eax
	rdseed	%rax
	ptwritel (%rax)
	ptwriteq (%rax)
	ptwrite	%rax
	xbegin	near
	xabort	$5
	xend
	xtest
	fxsave	(%rax)
	fxrstor64 (%rax)
	xsave	(%rax)
	xsavec64 (%rax)
	xrstor	(%rax)
	ldmxcsr	(%rax)
	stmxcsr	(%rax)
	in	$16, %al
	in	(%dx), %eax
	out	%al, (%dx)
	out	%eax, $16

/* ---- prefixes */
	lock incl (%rax)
	lock cmpxchg %rcx, (%rdx)
	lock addq $-1, 8(%rax)
	xacquire lock add %eax, (%rcx)
	xrelease movl $0, (%rcx)
	rep stos %al, %es:(%rdi)
	rep stosl
	rep stosq
	rep movsb
	rep movsw
	rep movsl
	rep movsq
	repz cmpsb
	repnz scasb
	repz scasw
	cmpsl
	cmpsq
	lodsb
	lodsl
	lodsq
	lods	%fs:(%rsi), %al
	movsl	%gs:(%rsi), %es:(%rdi)
	scasl
	insb
	insl
	outsb
	outsw
	rep outsl
	xlat
	bnd	jmp near
	bnd	call near
	bnd	ret
	bnd	jne near
	notrack	jmp *%rax
	notrack	call *(%rax)
	jne,pt	near
	jne,pn	near
	.byte	0xf3, 0xc3					/* repz ret */
	.byte	0x66, 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0	/* data16 cs nopw */
	.byte	0x66, 0x48, 0x8d, 0x3d, 0, 0, 0, 0		/* data16 lea, of thread-local data */
	.byte	0x66, 0x48, 0xe8, 0, 0, 0, 0			/* data16 rex.W call */
	.byte	0x48, 0xff, 0xe0				/* rex.W jmp */
	.byte	0x40, 0x00, 0xc1				/* rex add */
	.byte	0x64, 0x90					/* fs nop */
	.byte	0x2e, 0x74, 0x00				/* with a hint */

/* ---- x87 */
	.irp op, fadd, fmul, fsub, fsubr, fdiv, fdivr
	\op\()s	(%rax)
	\op\()l	(%rax)
	\op	%st(2), %st
	\op	%st, %st(2)
	\op\()p	%st, %st(1)
	.endr
	.irp op, fiadd, fimul, fisub, fisubr, fidiv, fidivr, ficom, ficomp, fild, fist, fistp, fisttp
	\op\()s	(%rax)
	\op\()l	4(%rax)
	.endr
	fildll	(%rax)
	fistpll	(%rax)
	fisttpll (%rax)
	flds	(%rax)
	fldl	(%rax)
	fldt	(%rax)
	fsts	(%rax)
	fstl	(%rax)
	fstps	(%rax)
	fstpl	(%rax)
	fstpt	(%rax)
	fld	%st(0)
	fst	%st(3)
	fstp	%st(0)
	fbld	(%rax)
	fbstp	(%rax)
	fxch	%st(1)
	fcoms	(%rax)
	fcompl	(%rax)
	fcom	%st(1)
	fcompp
	fucom	%st(2)
	fucompp
	fucomi	%st(1), %st
	fcomip	%st(0), %st
	fcmovbe	%st(1), %st
	fcmovnu	%st(1), %st
	ffree	%st(1)
	fldz
	fld1
	fldpi
	fchs
	fabs
	ftst
	fxam
	fsqrt
	fsin
	fscale
	frndint
	fprem
	fldcw	(%rax)
	fnstcw	(%rax)
	fnstsw	%ax
	fnstsw	(%rax)
	fnstenv	(%rax)
	fldenv	(%rax)
	fnsave	(%rax)
	frstor	(%rax)
	fnclex
	fninit
	fwait

/* ---- MMX, SSE, and what converts */
	movd	%eax, %mm0
	movq	(%rax), %mm1
	paddb	%mm1, %mm2
	emms
	.irp op, addps, addpd, mulps, andps, xorpd, sqrtps, unpcklps, maxpd, paddd, pxor, psubusb, \
		pcmpeqb, pshufb, pmulld, punpcklbw, movaps, movups, movdqa, movdqu, movapd, ptest
	\op	%xmm1, %xmm9
	\op	16(%rsp), %xmm2
	.endr
	.irp op, addss, addsd, mulss, sqrtsd, ucomiss, comisd, movss, movsd, cvtss2sd, cvtsd2ss
	\op	%xmm1, %xmm9
	\op	16(%rsp), %xmm2
	.endr
	movaps	%xmm1, (%rax)
	movups	%xmm1, (%rax)
	movsd	%xmm1, (%rax)
	movss	%xmm1, (%rax)
	movntps	%xmm1, (%rax)
	movlps	(%rax), %xmm1
	movhpd	%xmm1, (%rax)
	movhlps	%xmm1, %xmm2
	lddqu	(%rax), %xmm1
	movd	%eax, %xmm1
	movd	(%rax), %xmm1
	movq	%rax, %xmm1
	movq	%xmm1, %rax
	movq	%xmm1, (%rax)
	movmskps %xmm1, %eax
	pmovmskb %xmm1, %eax
	.irp op, cvtsi2ss, cvtsi2sd
	\op	%eax, %xmm1
	\op	%rax, %xmm1
	\op\()l	(%rax), %xmm1
	\op\()q	(%rax), %xmm1
	.endr
	.irp op, cvttss2si, cvttsd2si, cvtss2si, cvtsd2si
	\op	%xmm1, %eax
	\op	%xmm1, %rax
	\op	(%rax), %eax
	\op	(%rax), %rax
	.endr
	cvtdq2pd (%rax), %xmm1
	cvtps2pd (%rax), %xmm1
	cvtpd2ps (%rax), %xmm1
	cvttpd2dq (%rax), %xmm1
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8
	cmpps	$\n, %xmm1, %xmm2
	cmpsd	$\n, (%rax), %xmm2
	.endr
	.irp n, 0, 1, 16, 17, 18
	pclmulqdq $\n, %xmm1, %xmm2
	.endr
	shufps	$0x1b, %xmm1, %xmm2
	pshufd	$0xff, (%rax), %xmm2
	palignr	$4, %xmm1, %xmm2
	psrldq	$8, %xmm2
	pslld	%xmm1, %xmm2
	pinsrb	$1, (%rax), %xmm1
	pinsrw	$1, %eax, %xmm1
	pinsrq	$1, %rax, %xmm1
	pextrb	$1, %xmm1, %eax
	pextrd	$1, %xmm1, (%rax)
	pextrq	$1, %xmm1, %rax
	extractps $1, %xmm1, %eax
	insertps $1, (%rax), %xmm1
	roundsd	$4, %xmm1, %xmm2
	pmovzxbw (%rax), %xmm1
	pmovsxdq %xmm1, %xmm2
	blendvps %xmm0, %xmm1, %xmm2
	pblendvb %xmm0, (%rax), %xmm2
	blendps	$3, %xmm1, %xmm2
	pcmpistri $12, %xmm1, %xmm2
	pcmpestrm $12, (%rax), %xmm2
	aesenc	%xmm1, %xmm2
	aeskeygenassist $1, %xmm1, %xmm2
	sha256rnds2 %xmm0, %xmm1, %xmm2
	maskmovdqu %xmm1, %xmm2

/* ---- AVX, AVX2, FMA, BMI */
	.irp op, vaddps, vmulpd, vandps, vpaddd, vpxor, vpcmpeqb, vpshufb, vunpckhps, vfmadd231ps, \
		vfnmsub132pd, vpmaxub
	\op	%xmm1, %xmm2, %xmm3
	\op	%ymm1, %ymm2, %ymm13
	\op	(%rax), %ymm2, %ymm3
	\op	32(%rax,%rcx,4), %xmm2, %xmm3
	.endr
	vmovups	%ymm1, (%rax)
	vmovups	(%rax), %xmm1
	vmovdqa	(%rax), %ymm1
	vmovdqu	%ymm9, (%rax)
	vlddqu	(%rax), %ymm1
	vmovss	(%rax), %xmm1
	vmovss	%xmm1, %xmm2, %xmm3
	vmovd	%eax, %xmm1
	vmovq	%xmm1, %rax
	vaddss	(%rax), %xmm1, %xmm2
	vfmadd213sd (%rax), %xmm1, %xmm2
	vcvtsi2sd %eax, %xmm1, %xmm2
	vcvtsi2sd %rax, %xmm1, %xmm2
	vcvtsi2sdl (%rax), %xmm1, %xmm2
	vcvtsi2ssq (%rax), %xmm1, %xmm2
	vcvttsd2si (%rax), %rax
	vcvtpd2psx (%rax), %xmm1
	vcvtpd2psy (%rax), %xmm1
	vcvtpd2ps %ymm1, %xmm1
	vcvttpd2dqy (%rax), %xmm1
	vcvtps2pd (%rax), %ymm1
	vcvtdq2ps (%rax), %ymm1
	vcvtph2ps (%rax), %ymm1
	vcvtps2ph $1, %ymm1, (%rax)
	.irp n, 0, 1, 7, 8, 15, 16, 29, 31
	vcmpps	$\n, %ymm1, %ymm2, %ymm3
	vcmpsd	$\n, (%rax), %xmm2, %xmm3
	.endr
	vpclmulqdq $17, %xmm1, %xmm2, %xmm3
	vpbroadcastb (%rax), %ymm1
	vbroadcastss (%rax), %ymm1
	vbroadcasti128 (%rax), %ymm1
	vinserti128 $1, (%rax), %ymm1, %ymm2
	vextracti128 $1, %ymm1, (%rax)
	vperm2i128 $1, (%rax), %ymm1, %ymm2
	vpermq	$0x4e, %ymm1, %ymm2
	vpblendvb %ymm1, %ymm2, %ymm3, %ymm4
	vblendvps %xmm1, (%rax), %xmm3, %xmm4
	vpmaskmovd (%rax), %ymm1, %ymm2
	vmaskmovps %ymm1, %ymm2, (%rax)
	vpgatherdd %ymm1, (%rax,%ymm2,4), %ymm3
	vgatherqpd %xmm1, 8(%rax,%xmm2,1), %xmm3
	vpmovmskb %ymm1, %eax
	vptest	(%rax), %ymm1
	vpsrldq	$3, %ymm1, %ymm2
	vpslld	%xmm1, %ymm2, %ymm3
	vpmovzxbd (%rax), %ymm1
	vpcmpistri $0, (%rax), %xmm1
	vldmxcsr (%rax)
	vzeroupper
	vzeroall
	andn	%eax, %ecx, %edx
	bextr	%rax, (%rcx), %rdx
	blsi	(%rax), %ecx
	blsmsk	%rax, %rcx
	blsr	%eax, %ecx
	bzhi	%eax, (%rcx), %edx
	mulx	%rax, %rcx, %rdx
	pdep	(%rax), %ecx, %edx
	pext	%rax, %rcx, %rdx
	rorx	$7, %eax, %ecx
	sarx	%eax, (%rcx), %edx
	shlx	%rax, %rcx, %rdx
	adcx	%eax, %ecx
	adox	(%rax), %rcx

/* ---- AVX-512 */
	.irp op, vaddps, vpaddd, vpord, vpxorq, vfmadd231pd, vmaxps, vpminud, vpshufb, vpermi2d, \
		vpermt2b
	\op	%zmm1, %zmm2, %zmm3
	\op	%ymm17, %ymm18, %ymm19{%k1}
	\op	%xmm17, %xmm2, %xmm3{%k7}{z}
	\op	(%rax), %zmm2, %zmm31
	\op	0x40(%rax), %zmm2, %zmm3{%k1}{z}
	\op	0x41(%rax,%r9,4), %ymm17, %ymm3
	.endr
	vaddps	(%rax){1to16}, %zmm2, %zmm3
	vaddpd	8(%rax){1to4}, %ymm17, %ymm3
	vpternlogd $0xde, (%rax){1to4}, %xmm17, %xmm3
	vaddss	(%rax), %xmm17, %xmm3{%k1}
	.irp op, vmovdqu8, vmovdqu16, vmovdqu32, vmovdqu64, vmovdqa32, vmovdqa64, vmovups, vmovapd
	\op	(%rsi), %zmm16
	\op	64(%rsi), %ymm16
	\op	%zmm16, -64(%rdi,%rdx)
	\op	%xmm16, (%rdi){%k1}
	\op	%ymm1, %ymm18{%k1}{z}
	.endr
	vmovntdq %zmm16, (%rdi)
	.irp op, vpcmpb, vpcmpub, vpcmpw, vpcmpuw, vpcmpd, vpcmpud, vpcmpq, vpcmpuq
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7
	\op	$\n, %ymm17, %ymm18, %k1{%k2}
	.endr
	\op	$6, (%rax), %zmm1, %k0
	.endr
	vcmpps	$0, %zmm1, %zmm2, %k1
	vcmppd	$17, (%rax){1to8}, %zmm2, %k1{%k3}
	vcmpsd	$1, (%rax), %xmm2, %k1
	vptestnmb %zmm1, %zmm1, %k4{%k1}
	vptestmd (%rax), %ymm17, %k4
	vfpclasspsx $1, (%rax), %k1
	vfpclasspsy $1, (%rax), %k1
	vfpclasspdz $1, (%rax), %k1
	vfpclasspd $1, %zmm1, %k1
	vfpclasssd $1, (%rax), %k1
	.irp op, vcvtpd2ps, vcvtpd2dq, vcvttpd2dq, vcvtpd2udq, vcvttpd2udq, vcvtqq2ps, vcvtuqq2ps
	\op\()x	(%rax), %xmm17
	\op\()y	(%rax), %xmm17
	\op	(%rax), %ymm17
	\op	%zmm1, %ymm17
	\op	(%rax){1to8}, %ymm17
	.endr
	vcvtneps2bf16x (%rax), %xmm17
	vcvtneps2bf16y (%rax), %xmm17
	vcvtsi2sdl (%rax), %xmm17, %xmm18
	vcvtusi2sdq (%rax), %xmm17, %xmm18
	vcvtusi2ss %eax, %xmm17, %xmm18
	vcvttsd2usi (%rax), %rax
	vcvtps2pd (%rax){1to8}, %zmm1
	vcvtudq2ps %zmm1, %zmm2
	vpmovdb	%zmm1, (%rax)
	vpmovqd	%zmm1, %ymm17
	vpmovzxbq (%rax), %zmm1
	vpbroadcastd %eax, %zmm1
	vpbroadcastmb2q %k1, %zmm1
	vinserti64x4 $1, (%rax), %zmm1, %zmm2
	vextracti32x4 $1, %zmm1, (%rax){%k1}
	vshufi64x2 $1, %zmm1, %zmm2, %zmm3
	vbroadcasti32x4 (%rax), %zmm1
	valignq	$3, (%rax){1to8}, %zmm2, %zmm3
	vpgatherdd (%rax,%zmm2,4), %zmm1{%k1}
	vscatterqpd %zmm1, 8(%rax,%zmm2,8){%k1}
	vpcompressd %zmm1, (%rax){%k1}
	vpexpandq (%rax), %zmm1{%k1}{z}
	vpconflictd (%rax), %zmm1
	vplzcntq %zmm1, %zmm2
	vpopcntd %zmm1, %zmm2
	vpdpbusd %zmm1, %zmm2, %zmm3
	{vex} vpdpbusd %ymm1, %ymm2, %ymm3
	vgf2p8affineqb $1, %zmm1, %zmm2, %zmm3
	vpclmulqdq $1, %zmm1, %zmm2, %zmm3
	vaesenc	%zmm1, %zmm2, %zmm3
	kmovb	%k1, %k2
	kmovw	(%rax), %k1
	kmovd	%k1, %eax
	kmovq	%rax, %k1
	kandq	%k1, %k2, %k3
	kortestd %k1, %k2
	kortestq %k1, %k1
	ktestb	%k1, %k2
	knotw	%k1, %k2
	kshiftrq $3, %k1, %k2
	kunpckdq %k1, %k2, %k3
	kaddb	%k1, %k2, %k3

/* ---- what kernels and hypervisors use, and what is rare */
	monitor
	mwait
	monitorx
	mwaitx
	swapgs
	clac
	stac
	wrmsr
	rdmsr
	rdpmc
	wbinvd
	invd
	vmcall
	vmlaunch
	vmresume
	vmread	%rax, (%rcx)
	vmwrite	(%rcx), %rax
	vmptrld	(%rax)
	vmclear	(%rax)
	vmxon	(%rax)
	invept	(%rax), %rcx
	invvpid	(%rax), %rcx
	vmrun
	vmload
	vmsave
	vmmcall
	stgi
	clgi
	skinit
	invlpga
	xsaves64	(%rax)
	xrstors	(%rax)
	xsaveopt64	(%rax)
	xsetbv
	serialize
	tpause	%eax
	umonitor	%rax
	umwait	%ecx
	clwb	(%rax)
	cldemote	(%rax)
	movdiri	%eax, (%rcx)
	movdir64b	(%rax), %rcx
	enqcmd	(%rax), %rcx
	rdpid	%rax
	rdpkru
	wrpkru
	rdsspq	%rax
	incsspq	%rax
	saveprevssp
	rstorssp	(%rax)
	wrussq	%rax, (%rcx)
	setssbsy
	clrssbsy	(%rax)
	sti
	cli
	cld
	std
	clc
	stc
	cmc
	lahf
	sahf
	clts
	ltr	%ax
	lldt	%ax
	lsl	%eax, %ecx
	lar	%rax, %rcx
	verw	%ax
	pconfig
	enclu
	encls
	getsec
	rsm
	lss	(%rax), %ecx
	fxrstor	(%rax)
	cmpxchg16b	%fs:(%rax)
	lock btsq	$3, %gs:8(%rax)
	addl	$1, %gs:0x1234(%rip)
	decl	%gs:near(%rip)
	ud1	%eax, %ecx
	ud0	%eax, %ecx
	int1
	wrmsr
	gf2p8mulb	%xmm1, %xmm2
	sysexitq
	vmfunc
	xresldtrk
	hreset	$1
	uiret
	testui
	ldtilecfg	(%rax)
	tileloadd	(%rax,%rcx,1), %tmm1
	tdpbf16ps	%tmm1, %tmm2, %tmm3
	tilerelease
	aesdec128kl	(%rax), %xmm1

/* ---- half floats, and how to round */
	vaddph	%zmm1, %zmm2, %zmm3
	vcvtph2psx	(%rax), %zmm1
	vmovw	%eax, %xmm1
	vcvtsh2ss	(%rax), %xmm1, %xmm2
	vcmpph	$1, %zmm1, %zmm2, %k1
	vaddss	{rn-sae}, %xmm1, %xmm2, %xmm3
	vaddps	{rz-sae}, %zmm1, %zmm2, %zmm3
	vmaxps	{sae}, %zmm1, %zmm2, %zmm3
	vcmpps	$1, {sae}, %zmm1, %zmm2, %k1
	vcvttps2dq	{sae}, %zmm1, %zmm2
	vcvtsi2ss	%rax, {rn-sae}, %xmm1, %xmm2
	vcvtsd2si	{ru-sae}, %xmm1, %rax
	vrndscaleps	$1, {sae}, %zmm1, %zmm2
	vgetmantsd	$1, {sae}, %xmm1, %xmm2, %xmm3
	vfixupimmps	$1, {sae}, %zmm1, %zmm2, %zmm3
	vp2intersectd	%zmm1, %zmm2, %k2
	v4fmaddps	(%rax), %zmm4, %zmm8

/* ---- code of 32 and of 16 bits */
	.macro narrow
	push	%eax
	push	$-1
	pushw	$1
	pop	%ecx
	push	(%eax)
	push	%ds
	pusha
	popa
	pushf
	popf
	inc	%eax
	dec	%cx
	incl	(%eax)
	incw	(%bx,%si)
	movl	$-1, -8(%ebp)
	movw	$-1, 8(%bp,%di)
	movb	$1, 0x1234
	mov	0x1234, %eax
	mov	%al, 0x5678
	mov	%cs:4(%eax,%ecx,4), %edx
	mov	%gs:0, %eax
	.byte	0x8d, 0x74, 0x26, 0x00				/* lea 0(%esi,%eiz,1), %esi, or of 16 bits */
	lea	-4(%eax,%eax), %ecx
	movzbl	(%eax), %edx
	movswl	%ax, %edx
	cwtl
	cltd
	cbtw
	cwtd
	addl	$0x12345678, (%eax)
	cmpb	$-1, 3(%ecx)
	call	9f
	call	*%eax
	call	*(%eax)
	jmp	9f
	jne	9f
9:	jmp	*8(%eax,%ecx,4)
	ljmp	$0x10, $0x1234
	lcall	*(%eax)
	ret
	ret	$4
	lret
	iret
	leave
	enter	$8, $0
	int	$0x80
	les	(%eax), %ecx
	aaa
	daa
	into
	lgdt	(%eax)
	rep	movsl
	rep	stosb
	lodsw
	in	(%dx), %al
	loop	9b
	nop
	nopw	0(%eax,%eax,1)
	xchg	%ax, %ax
	monitor
	mwait
	fldl	(%eax)
	fistpll	8(%eax)
	movups	(%eax), %xmm1
	cvtsi2sd (%eax), %xmm1
	vaddps	(%eax), %ymm2, %ymm3
	vmovdqu64 (%eax), %zmm2
	.endm

	.section .text32, "ax"
	.code32
	narrow
	sysenter
	jecxz	9b

	.section .text16, "ax"
	.code16
	narrow
	jcxz	9b
