using ILGPU.Runtime.Cuda;
using static AttentionGen.GpuExecutor.Tests.PtxProduct;

namespace AttentionGen.GpuExecutor.Tests;

/// <summary>Inline PTX: what is right runs and gives what it should, and mistakes are stopped.</summary>
public sealed class PtxTests
{
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    public void Tensor_cores_multiply(bool isBrain, int warps)
    {
        (float[] a, float[] b) = Matrices();
        Assert.Equal(Product(a, b), Run(a, b, isBrain, Defect.None, warps));
    }

    [Fact]
    public void A_fragment_in_the_wrong_order_is_another_product()
    {
        (float[] a, float[] b) = Matrices();
        Assert.NotEqual(Product(a, b), Run(a, b, isBrain: true, Defect.SwappedFragment));
    }

    [Fact]
    public void A_copy_that_nobody_waited_for_has_brought_nothing()
    {
        (float[] a, float[] b) = Matrices();
        Assert.Equal(FaultKind.Uninitialised, Fault(() => Run(a, b, isBrain: true, Defect.NoWait)));
    }

    [Fact]
    public void A_copy_is_there_for_other_threads_behind_a_barrier()
    {
        (float[] a, float[] b) = Matrices();
        Assert.Contains(Fault(() => Run(a, b, isBrain: true, Defect.NoBarrier, warps: 2)), new[] { FaultKind.Race, FaultKind.Uninitialised });
    }

    [Theory]
    [InlineData("bar.sync 0", FaultKind.Instruction)]
    [InlineData("mov.u32 nowhere, 1", FaultKind.Instruction)]
    [InlineData(".reg .b32 a; .reg .b32 a", FaultKind.Instruction)]
    [InlineData("bra.uni nowhere", FaultKind.Instruction)]
    [InlineData(".reg .pred p; vote.sync.any.pred p, p, -1", FaultKind.Uninitialised)]
    [InlineData(".reg .pred p; .reg .f32 a; mov.f32 a, 0f00000000; setp.eq.f32 p, a, a; vote.sync.any.pred p, p, 15", FaultKind.Instruction)]
    [InlineData(".reg .b32 a; mov.u32 a, 1;", FaultKind.Instruction)]
    [InlineData(".reg .f32 a; .reg .s32 b; mov.u32 b, 1; add.f32 a, b, b", FaultKind.Instruction)]
    [InlineData(".reg .b32 a<2>; mov.b32 a0, a1", FaultKind.Uninitialised)]
    [InlineData(".reg .b32 a<4>, at; mov.u32 at, 8; ldmatrix.sync.aligned.m8n8.x4.shared.b16 {a0, a1, a2, a3}, [at]", FaultKind.OutOfBounds)]
    [InlineData(".reg .b32 a<4>, at; mov.u32 at, __dyn_shared_alloca; ldmatrix.sync.aligned.m8n8.x4.shared.b16 {a0, a1, a2, a3}, [at+8]", FaultKind.Misaligned)]
    [InlineData(".reg .b64 at; .reg .b32 a; mov.u64 at, 4096; ld.global.b32 a, [at]", FaultKind.OutOfBounds)]
    [InlineData(".reg .b32 at; .reg .b64 from; mov.u32 at, __dyn_shared_alloca; mov.u64 from, 4096; cp.async.cg.shared.global [at], [from], 16", FaultKind.OutOfBounds)]
    public void A_mistake_is_stopped(string text, FaultKind kind) => Assert.Equal(kind, Fault(text));

    [Fact]
    public void Lanes_must_come_to_the_same_text() => Assert.Equal(FaultKind.Divergence, Fault(static () => Launch(new ushort[8], 32, static _ =>
    {
        if (ILGPU.Group.IdxX < 16)
        {
            CudaAsm.Emit(".reg .b32 a");
        }
    })));

    [Fact]
    public void Predicates_choose_lanes()
    {
        float[] numbers = Launch(new ushort[8], 32, static call => CudaAsm.Emit(
            """
            .reg .pred low, even;
            .reg .b32 bit;
            .reg .f32 a, b;
            .reg .b64 at;
            cvt.rn.f32.s32 a, %1;
            setp.lt.s32 low, %1, 16;
            and.b32 bit, %1, 1;
            setp.eq.and.s32 even, bit, 0, low;
            @even fma.rn.f32 a, a, 0f40000000, 0f3F800000;
            @!low ex2.approx.ftz.f32 a, 0f40400000;
            shfl.sync.bfly.b32 b, a, 1, 31, -1;
            cvt.s64.s32 at, %1;
            mad.lo.s64 at, at, 4, %0;
            st.global.f32 [at], b
            """,
            call.Output,
            ILGPU.Group.IdxX));
        Assert.Equal([.. Enumerable.Range(0, 32).Select(static n => n ^ 1).Select(static n => n >= 16 ? 8f : n % 2 == 0 ? (2f * n) + 1f : n)], numbers);
    }

    // A warp leaves out what no lane wants, and does it in all lanes where one does: lane 20 of the second launch.
    [Theory]
    [InlineData(32, 1f)]
    [InlineData(20, 2f)]
    public void A_vote_decides_for_all_lanes(int lane, float expected)
    {
        float[] numbers = Launch(new ushort[8], 32, call => CudaAsm.Emit(
            """
            .reg .pred wanted;
            .reg .f32 a, mine, theirs;
            .reg .b64 at;
            mov.f32 a, 0f3F800000;
            cvt.rn.f32.s32 mine, %1;
            cvt.rn.f32.s32 theirs, %2;
            setp.eq.f32 wanted, mine, theirs;
            setp.gt.or.f32 wanted, mine, 0f42000000, wanted;
            vote.sync.any.pred wanted, wanted, -1;
            @!wanted bra.uni done;
            add.rn.f32 a, a, a;
            done:
            mul.wide.s32 at, %1, 4;
            add.s64 at, %0, at;
            st.global.f32 [at], a
            """,
            call.Output,
            ILGPU.Group.IdxX,
            lane));
        Assert.All(numbers, number => Assert.Equal(expected, number));
    }

    [Fact]
    public void Pairs_are_rounded_to_nearest_even_with_the_first_above()
    {
        float[] numbers = Launch(new ushort[8], 64, static call => CudaAsm.Emit(
            """
            .reg .b32 pair;
            .reg .b64 at;
            mul.wide.s32 at, %1, 8;
            add.s64 at, %0, at;
            cvt.rn.bf16x2.f32 pair, 0f3F808000, 0f3F818000;
            st.global.b32 [at], pair;
            cvt.rn.f16x2.f32 pair, 0f3F801000, 0fC0000000;
            st.global.b32 [at+4], pair
            """,
            call.Output,
            ILGPU.Group.IdxX));
        Assert.Equal([0x3F803F82u, 0x3C00C000u], numbers.Take(2).Select(BitConverter.SingleToUInt32Bits));
    }

    // Small whole numbers: exact in 16 bits, and so are their products.
    private static (float[] A, float[] B) Matrices()
    {
        var random = new Random();
        return ([.. Enumerable.Range(0, 256).Select(_ => (float)random.Next(-15, 16))], [.. Enumerable.Range(0, 128).Select(_ => (float)random.Next(-15, 16))]);
    }

    private static float[] Product(float[] a, float[] b)
    {
        float[] product = new float[128];
        for (int cell = 0; cell < 128; cell++)
        {
            for (int k = 0; k < 16; k++)
            {
                product[cell] += a[(cell / 8 * 16) + k] * b[(cell % 8 * 16) + k];
            }
        }

        return product;
    }
}
