using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionGen.GpuExecutor.Tests;

/// <summary>A product of a [16, 16] and a [16, 8] matrix on one warp's tensor cores, and ways to get it wrong.</summary>
internal static class PtxProduct
{
    public const int Lanes = 32;

    private const string Registers = """
        .reg .b32 a<4>, b<2>, base, at, left, right;
        .reg .f32 c<4>;
        .reg .b64 source, target
        """;

    // A [16, 16] lies in front of B^T [8, 16], rows of 32 bytes: 48 pieces of 16 bytes.
    private const string Copy = """
        mov.u32 base, __dyn_shared_alloca;
        shl.b32 at, %1, 4;
        add.u32 at, base, at;
        mul.wide.s32 source, %1, 16;
        add.s64 source, %0, source;
        cp.async.cg.shared.global [at], [source], 16
        """;

    private const string CopyRest = "cp.async.cg.shared.global [at+512], [source+512], 16, %0";

    private const string Addresses = """
        and.b32 left, %0, 15;
        shl.b32 left, left, 5;
        shr.u32 at, %0, 4;
        shl.b32 at, at, 4;
        add.u32 left, left, at;
        add.u32 left, left, base;
        and.b32 right, %0, 7;
        shl.b32 right, right, 5;
        shr.u32 at, %0, 3;
        and.b32 at, at, 1;
        shl.b32 at, at, 4;
        add.u32 right, right, at;
        add.u32 right, right, base
        """;

    private const string Store = """
        mul.wide.s32 target, %1, 4;
        add.s64 target, %0, target;
        st.global.f32 [target], c0;
        st.global.f32 [target+4], c1;
        st.global.f32 [target+256], c2;
        st.global.f32 [target+260], c3
        """;

    /// <summary>What to get wrong.</summary>
    public enum Defect
    {
        None,
        NoWait,
        NoBarrier,
        SwappedFragment,
    }

    /// <summary>The product of float matrices whose elements fit 16 bits.</summary>
    /// <param name="a">[16, 16].</param>
    /// <param name="b">[8, 16]: the right matrix, transposed.</param>
    /// <param name="isBrain">bfloat16 instead of half.</param>
    /// <param name="defect">What to get wrong.</param>
    /// <param name="warps">Warps of the group; the first computes, all copy.</param>
    public static float[] Run(float[] a, float[] b, bool isBrain, Defect defect = Defect.None, int warps = 1)
    {
        ushort[] operands = [.. a.Concat(b).Concat(new float[128]).Select(value => isBrain ? (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16) : BitConverter.HalfToUInt16Bits((System.Half)value))];
        return Launch(operands, 128, call => Multiply(call, isBrain, defect, warps), warps * Lanes);
    }

    /// <summary>Runs a kernel on 16-bit operands.</summary>
    public static float[] Launch(ushort[] operands, int outputs, Action<Operands> kernel, int threads = Lanes)
    {
        using Context context = Context.Create(static builder => builder.Cuda());
        using Accelerator accelerator = context.Devices[1].CreateAccelerator(context);
        using var input = accelerator.Allocate1D<ushort>(operands.Length);
        using var output = accelerator.Allocate1D<float>(outputs);
        input.AsContiguous().CopyFromCPUUnsafeAsync(accelerator.DefaultStream, ref operands[0], operands.Length);
        var call = new Operands { Input = input.AsContiguous().LoadEffectiveAddressAsPtr(), Output = output.AsContiguous().LoadEffectiveAddressAsPtr() };
        accelerator.LoadKernel(kernel, new KernelSpecialization(threads, null))(accelerator.DefaultStream, new KernelConfig(1, threads, SharedMemoryConfig.RequestDynamic<byte>(1024)), call);
        float[] result = new float[outputs];
        output.AsContiguous().CopyToCPUUnsafeAsync(accelerator.DefaultStream, ref result[0], outputs);
        return result;
    }

    /// <summary>What a kernel of one text is stopped for.</summary>
    public static FaultKind Fault(string text) => Fault(() => Launch(new ushort[512], 128, _ => CudaAsm.Emit(text)));

    /// <summary>What a launch is stopped for.</summary>
    public static FaultKind Fault(Func<float[]> launch) => Assert.IsType<DeviceFault>(Assert.Throws<InvalidOperationException>(launch).InnerException).Kind;

    private static void Multiply(Operands call, bool isBrain, Defect defect, int warps)
    {
        int thread = Group.IdxX, lane = thread % Lanes;
        CudaAsm.Emit(Registers);

        // With two warps, the second copies what the first does with one.
        int piece = warps == 1 || thread >= Lanes ? lane : lane + Lanes;
        CudaAsm.Emit(Copy, call.Input, piece);
        if (warps == 1)
        {
            CudaAsm.Emit(CopyRest, lane < 16 ? 16 : 0);
        }

        CudaAsm.Emit("cp.async.commit_group");
        if (defect != Defect.NoWait)
        {
            CudaAsm.Emit("cp.async.wait_group 0");
        }

        if (defect != Defect.NoBarrier)
        {
            Group.Barrier();
        }

        if (thread >= Lanes)
        {
            return;
        }

        CudaAsm.Emit(Addresses, lane);
        CudaAsm.Emit("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {a0, a1, a2, a3}, [left]");
        CudaAsm.Emit("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {b0, b1, at, at}, [right+512]");
        CudaAsm.Emit("mov.f32 c0, 0f00000000; mov.f32 c1, c0; mov.f32 c2, c0; mov.f32 c3, c0");
        string fragment = defect == Defect.SwappedFragment ? "{a0, a2, a1, a3}" : "{a0, a1, a2, a3}", type = isBrain ? "bf16" : "f16";
        CudaAsm.Emit($"mma.sync.aligned.m16n8k16.row.col.f32.{type}.{type}.f32 {{c0, c1, c2, c3}}, {fragment}, {{b0, b1}}, {{c0, c1, c2, c3}}");
        CudaAsm.Emit(Store, call.Output, (lane / 4 * 8) + (lane % 4 * 2));
    }
}

/// <summary>A kernel's argument: addresses.</summary>
internal struct Operands
{
    public long Input;
    public long Output;
}
