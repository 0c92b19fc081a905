#include "textflag.h"

// func denseAVX2(dst, src, kernel, bias *float32, in, out, groups int, floor float32)
//
// Eight accumulators hold 64 rows, eight in each register, one row a lane: additions follow the order of the scalar sum
// over the inputs, from 0, and nothing is fused, so that each row has the bits of the plain form.
TEXT ·denseAVX2(SB), NOSPLIT, $0-60
	MOVQ         dst+0(FP), DI
	MOVQ         src+8(FP), SI
	MOVQ         kernel+16(FP), DX
	MOVQ         bias+24(FP), R8
	MOVQ         in+32(FP), R9
	MOVQ         out+40(FP), R10
	MOVQ         groups+48(FP), R11
	VBROADCASTSS floor+56(FP), Y15
	LEAQ         (R10*4), R12 // bytes from the weight of an input to that of the next
	IMULQ        R12, R9      // bytes of the kernel

unit:
	VBROADCASTSS (R8), Y14
	MOVQ         SI, AX
	MOVQ         DI, BX
	MOVQ         R11, CX

group:
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
	MOVQ   AX, R13
	XORQ   R14, R14

input:
	VBROADCASTSS (DX)(R14*1), Y8
	VMULPS       (R13), Y8, Y9
	VMULPS       32(R13), Y8, Y10
	VMULPS       64(R13), Y8, Y11
	VMULPS       96(R13), Y8, Y12
	VADDPS       Y9, Y0, Y0
	VADDPS       Y10, Y1, Y1
	VADDPS       Y11, Y2, Y2
	VADDPS       Y12, Y3, Y3
	VMULPS       128(R13), Y8, Y9
	VMULPS       160(R13), Y8, Y10
	VMULPS       192(R13), Y8, Y11
	VMULPS       224(R13), Y8, Y12
	VADDPS       Y9, Y4, Y4
	VADDPS       Y10, Y5, Y5
	VADDPS       Y11, Y6, Y6
	VADDPS       Y12, Y7, Y7
	ADDQ         $1024, R13   // fusedRows floats
	ADDQ         R12, R14
	CMPQ         R14, R9
	JLT          input

	VADDPS  Y14, Y0, Y0
	VADDPS  Y14, Y1, Y1
	VADDPS  Y14, Y2, Y2
	VADDPS  Y14, Y3, Y3
	VADDPS  Y14, Y4, Y4
	VADDPS  Y14, Y5, Y5
	VADDPS  Y14, Y6, Y6
	VADDPS  Y14, Y7, Y7
	VMAXPS  Y0, Y15, Y0       // the sum where it is NaN
	VMAXPS  Y1, Y15, Y1
	VMAXPS  Y2, Y15, Y2
	VMAXPS  Y3, Y15, Y3
	VMAXPS  Y4, Y15, Y4
	VMAXPS  Y5, Y15, Y5
	VMAXPS  Y6, Y15, Y6
	VMAXPS  Y7, Y15, Y7
	VMOVUPS Y0, (BX)
	VMOVUPS Y1, 32(BX)
	VMOVUPS Y2, 64(BX)
	VMOVUPS Y3, 96(BX)
	VMOVUPS Y4, 128(BX)
	VMOVUPS Y5, 160(BX)
	VMOVUPS Y6, 192(BX)
	VMOVUPS Y7, 224(BX)
	ADDQ    $256, AX
	ADDQ    $256, BX
	DECQ    CX
	JNZ     group

	ADDQ $1024, DI
	ADDQ $4, DX
	ADDQ $4, R8
	DECQ R10
	JNZ  unit
	VZEROUPPER
	RET
