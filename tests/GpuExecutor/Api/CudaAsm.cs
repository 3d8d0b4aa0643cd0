using System.Runtime.CompilerServices;
using AttentionGen.GpuExecutor;
using AttentionGen.GpuExecutor.Ptx;

namespace ILGPU.Runtime.Cuda;

/// <summary>Inline PTX, carried out when all lanes of a warp have come to it. Outputs are not offered: named registers take their place.</summary>
public static class CudaAsm
{
    public static bool IsSupported => true;

    public static void Emit(string asm) => Run(asm, [], []);

    public static void Emit<T0>(string asm, T0 arg0)
        where T0 : unmanaged => Run(asm, [Type<T0>()], [Bits(arg0)]);

    public static void Emit<T0, T1>(string asm, T0 arg0, T1 arg1)
        where T0 : unmanaged
        where T1 : unmanaged => Run(asm, [Type<T0>(), Type<T1>()], [Bits(arg0), Bits(arg1)]);

    public static void Emit<T0, T1, T2>(string asm, T0 arg0, T1 arg1, T2 arg2)
        where T0 : unmanaged
        where T1 : unmanaged
        where T2 : unmanaged => Run(asm, [Type<T0>(), Type<T1>(), Type<T2>()], [Bits(arg0), Bits(arg1), Bits(arg2)]);

    public static void Emit<T0, T1, T2, T3>(string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3)
        where T0 : unmanaged
        where T1 : unmanaged
        where T2 : unmanaged
        where T3 : unmanaged => Run(asm, [Type<T0>(), Type<T1>(), Type<T2>(), Type<T3>()], [Bits(arg0), Bits(arg1), Bits(arg2), Bits(arg3)]);

    public static void Emit<T0, T1, T2, T3, T4>(string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
        where T0 : unmanaged
        where T1 : unmanaged
        where T2 : unmanaged
        where T3 : unmanaged
        where T4 : unmanaged => Run(asm, [Type<T0>(), Type<T1>(), Type<T2>(), Type<T3>(), Type<T4>()], [Bits(arg0), Bits(arg1), Bits(arg2), Bits(arg3), Bits(arg4)]);

    public static void Emit<T0, T1, T2, T3, T4, T5>(string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
        where T0 : unmanaged
        where T1 : unmanaged
        where T2 : unmanaged
        where T3 : unmanaged
        where T4 : unmanaged
        where T5 : unmanaged => Run(asm, [Type<T0>(), Type<T1>(), Type<T2>(), Type<T3>(), Type<T4>(), Type<T5>()], [Bits(arg0), Bits(arg1), Bits(arg2), Bits(arg3), Bits(arg4), Bits(arg5)]);

    public static void Emit<T0, T1, T2, T3, T4, T5, T6>(string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6)
        where T0 : unmanaged
        where T1 : unmanaged
        where T2 : unmanaged
        where T3 : unmanaged
        where T4 : unmanaged
        where T5 : unmanaged
        where T6 : unmanaged => Run(asm, [Type<T0>(), Type<T1>(), Type<T2>(), Type<T3>(), Type<T4>(), Type<T5>(), Type<T6>()], [Bits(arg0), Bits(arg1), Bits(arg2), Bits(arg3), Bits(arg4), Bits(arg5), Bits(arg6)]);

    public static void Emit<T0, T1, T2, T3, T4, T5, T6, T7>(string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7)
        where T0 : unmanaged
        where T1 : unmanaged
        where T2 : unmanaged
        where T3 : unmanaged
        where T4 : unmanaged
        where T5 : unmanaged
        where T6 : unmanaged
        where T7 : unmanaged => Run(asm, [Type<T0>(), Type<T1>(), Type<T2>(), Type<T3>(), Type<T4>(), Type<T5>(), Type<T6>(), Type<T7>()], [Bits(arg0), Bits(arg1), Bits(arg2), Bits(arg3), Bits(arg4), Bits(arg5), Bits(arg6), Bits(arg7)]);

    public static void Emit<T0, T1, T2, T3, T4, T5, T6, T7, T8>(string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8)
        where T0 : unmanaged
        where T1 : unmanaged
        where T2 : unmanaged
        where T3 : unmanaged
        where T4 : unmanaged
        where T5 : unmanaged
        where T6 : unmanaged
        where T7 : unmanaged
        where T8 : unmanaged => Run(asm, [Type<T0>(), Type<T1>(), Type<T2>(), Type<T3>(), Type<T4>(), Type<T5>(), Type<T6>(), Type<T7>(), Type<T8>()], [Bits(arg0), Bits(arg1), Bits(arg2), Bits(arg3), Bits(arg4), Bits(arg5), Bits(arg6), Bits(arg7), Bits(arg8)]);

    public static void Emit<T0, T1, T2, T3, T4, T5, T6, T7, T8, T9>(string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8, T9 arg9)
        where T0 : unmanaged
        where T1 : unmanaged
        where T2 : unmanaged
        where T3 : unmanaged
        where T4 : unmanaged
        where T5 : unmanaged
        where T6 : unmanaged
        where T7 : unmanaged
        where T8 : unmanaged
        where T9 : unmanaged => Run(asm, [Type<T0>(), Type<T1>(), Type<T2>(), Type<T3>(), Type<T4>(), Type<T5>(), Type<T6>(), Type<T7>(), Type<T8>(), Type<T9>()], [Bits(arg0), Bits(arg1), Bits(arg2), Bits(arg3), Bits(arg4), Bits(arg5), Bits(arg6), Bits(arg7), Bits(arg8), Bits(arg9)]);

    private static void Run(string asm, PtxType[] types, ulong[] arguments)
    {
        GroupThread thread = Group.Here;
        thread.Group.RunPtx(thread, PtxProgram.Of(asm), types, arguments);
    }

    private static PtxType Type<T>() =>
        typeof(T) == typeof(float) ? new PtxType('f', 32)
        : typeof(T) == typeof(int) || typeof(T) == typeof(uint) ? new PtxType('b', 32)
        : typeof(T) == typeof(long) || typeof(T) == typeof(ulong) ? new PtxType('b', 64)
        : throw new DeviceFault(FaultKind.Instruction, $"inline PTX takes no {typeof(T).Name}.");

    private static ulong Bits<T>(T value)
        where T : unmanaged
    {
        ulong bits = 0;
        Unsafe.As<ulong, T>(ref bits) = value;
        return bits;
    }
}
