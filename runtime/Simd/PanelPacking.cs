using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttentionGen.Kernels;

/// <summary>
/// Transposes rows of keys into panels <c>[dim, lanes]</c>: one load then gives one feature of as many keys as there are lanes.
/// Whole squares go through registers; ragged edges element by element. Missing rows become zero.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class PanelPacking
{
    /// <summary>Transposes <paramref name="count"/> of up to 16 rows of <paramref name="dim"/> floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose16(float* rows, long stride, int count, int dim, float* panel)
    {
        int done = 0;
        if (count == 16 && Avx512F.IsSupported)
        {
            for (; done <= dim - 16; done += 16)
            {
                Square16(rows + done, stride, panel + (done * 16));
            }
        }
        else if (count == 16 && Avx.IsSupported)
        {
            for (; done <= dim - 8; done += 8)
            {
                Square8(rows + done, stride, panel + (done * 16), 16);
                Square8(rows + (8 * stride) + done, stride, panel + (done * 16) + 8, 16);
            }
        }

        Transpose(rows, stride, count, done, dim, panel, 16);
    }

    /// <summary>Transposes <paramref name="count"/> of up to 8 rows of <paramref name="dim"/> floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose8(float* rows, long stride, int count, int dim, float* panel)
    {
        int done = 0;
        if (count == 8 && Avx.IsSupported)
        {
            for (; done <= dim - 8; done += 8)
            {
                Square8(rows + done, stride, panel + (done * 8), 8);
            }
        }

        Transpose(rows, stride, count, done, dim, panel, 8);
    }

    /// <summary>Transposes <paramref name="count"/> of up to 4 rows of <paramref name="dim"/> floats.</summary>
    public static void Transpose4(float* rows, long stride, int count, int dim, float* panel) => Transpose(rows, stride, count, 0, dim, panel, 4);

    /// <summary>Copies one row of <paramref name="dim"/> floats.</summary>
    public static void Transpose1(float* rows, long stride, int count, int dim, float* panel) => Transpose(rows, stride, count, 0, dim, panel, 1);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(float* rows, long stride, int count, int from, int dim, float* panel, int lanes)
    {
        for (int lane = 0; lane < lanes; lane++)
        {
            float* row = rows + (lane * stride);
            for (int c = from; c < dim; c++)
            {
                panel[(c * lanes) + lane] = lane < count ? row[c] : 0f;
            }
        }
    }

    // Not inlined: inside a larger method the inliner's budget runs out and leaves vector calls as calls.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Square16(float* source, long stride, float* panel)
    {
        Vector512<float> a0 = Vector512.Load(source + (0 * stride));
        Vector512<float> a1 = Vector512.Load(source + (1 * stride));
        Vector512<float> a2 = Vector512.Load(source + (2 * stride));
        Vector512<float> a3 = Vector512.Load(source + (3 * stride));
        Vector512<float> a4 = Vector512.Load(source + (4 * stride));
        Vector512<float> a5 = Vector512.Load(source + (5 * stride));
        Vector512<float> a6 = Vector512.Load(source + (6 * stride));
        Vector512<float> a7 = Vector512.Load(source + (7 * stride));
        Vector512<float> a8 = Vector512.Load(source + (8 * stride));
        Vector512<float> a9 = Vector512.Load(source + (9 * stride));
        Vector512<float> a10 = Vector512.Load(source + (10 * stride));
        Vector512<float> a11 = Vector512.Load(source + (11 * stride));
        Vector512<float> a12 = Vector512.Load(source + (12 * stride));
        Vector512<float> a13 = Vector512.Load(source + (13 * stride));
        Vector512<float> a14 = Vector512.Load(source + (14 * stride));
        Vector512<float> a15 = Vector512.Load(source + (15 * stride));
        Vector512<float> b0 = Avx512F.UnpackLow(a0, a1), b1 = Avx512F.UnpackHigh(a0, a1);
        Vector512<float> b2 = Avx512F.UnpackLow(a2, a3), b3 = Avx512F.UnpackHigh(a2, a3);
        Vector512<float> b4 = Avx512F.UnpackLow(a4, a5), b5 = Avx512F.UnpackHigh(a4, a5);
        Vector512<float> b6 = Avx512F.UnpackLow(a6, a7), b7 = Avx512F.UnpackHigh(a6, a7);
        Vector512<float> b8 = Avx512F.UnpackLow(a8, a9), b9 = Avx512F.UnpackHigh(a8, a9);
        Vector512<float> b10 = Avx512F.UnpackLow(a10, a11), b11 = Avx512F.UnpackHigh(a10, a11);
        Vector512<float> b12 = Avx512F.UnpackLow(a12, a13), b13 = Avx512F.UnpackHigh(a12, a13);
        Vector512<float> b14 = Avx512F.UnpackLow(a14, a15), b15 = Avx512F.UnpackHigh(a14, a15);
        Vector512<float> c0 = Avx512F.UnpackLow(b0.AsDouble(), b2.AsDouble()).AsSingle(), c1 = Avx512F.UnpackHigh(b0.AsDouble(), b2.AsDouble()).AsSingle(), c2 = Avx512F.UnpackLow(b1.AsDouble(), b3.AsDouble()).AsSingle(), c3 = Avx512F.UnpackHigh(b1.AsDouble(), b3.AsDouble()).AsSingle();
        Vector512<float> c4 = Avx512F.UnpackLow(b4.AsDouble(), b6.AsDouble()).AsSingle(), c5 = Avx512F.UnpackHigh(b4.AsDouble(), b6.AsDouble()).AsSingle(), c6 = Avx512F.UnpackLow(b5.AsDouble(), b7.AsDouble()).AsSingle(), c7 = Avx512F.UnpackHigh(b5.AsDouble(), b7.AsDouble()).AsSingle();
        Vector512<float> c8 = Avx512F.UnpackLow(b8.AsDouble(), b10.AsDouble()).AsSingle(), c9 = Avx512F.UnpackHigh(b8.AsDouble(), b10.AsDouble()).AsSingle(), c10 = Avx512F.UnpackLow(b9.AsDouble(), b11.AsDouble()).AsSingle(), c11 = Avx512F.UnpackHigh(b9.AsDouble(), b11.AsDouble()).AsSingle();
        Vector512<float> c12 = Avx512F.UnpackLow(b12.AsDouble(), b14.AsDouble()).AsSingle(), c13 = Avx512F.UnpackHigh(b12.AsDouble(), b14.AsDouble()).AsSingle(), c14 = Avx512F.UnpackLow(b13.AsDouble(), b15.AsDouble()).AsSingle(), c15 = Avx512F.UnpackHigh(b13.AsDouble(), b15.AsDouble()).AsSingle();
        Vector512<float> d0 = Avx512F.Shuffle4x128(c0, c4, 0x88), d4 = Avx512F.Shuffle4x128(c0, c4, 0xDD), d8 = Avx512F.Shuffle4x128(c8, c12, 0x88), d12 = Avx512F.Shuffle4x128(c8, c12, 0xDD);
        Vector512<float> d1 = Avx512F.Shuffle4x128(c1, c5, 0x88), d5 = Avx512F.Shuffle4x128(c1, c5, 0xDD), d9 = Avx512F.Shuffle4x128(c9, c13, 0x88), d13 = Avx512F.Shuffle4x128(c9, c13, 0xDD);
        Vector512<float> d2 = Avx512F.Shuffle4x128(c2, c6, 0x88), d6 = Avx512F.Shuffle4x128(c2, c6, 0xDD), d10 = Avx512F.Shuffle4x128(c10, c14, 0x88), d14 = Avx512F.Shuffle4x128(c10, c14, 0xDD);
        Vector512<float> d3 = Avx512F.Shuffle4x128(c3, c7, 0x88), d7 = Avx512F.Shuffle4x128(c3, c7, 0xDD), d11 = Avx512F.Shuffle4x128(c11, c15, 0x88), d15 = Avx512F.Shuffle4x128(c11, c15, 0xDD);
        Vector512.Store(Avx512F.Shuffle4x128(d0, d8, 0x88), panel + (0 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(d0, d8, 0xDD), panel + (8 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(d4, d12, 0x88), panel + (4 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(d4, d12, 0xDD), panel + (12 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(d1, d9, 0x88), panel + (1 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(d1, d9, 0xDD), panel + (9 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(d5, d13, 0x88), panel + (5 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(d5, d13, 0xDD), panel + (13 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(d2, d10, 0x88), panel + (2 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(d2, d10, 0xDD), panel + (10 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(d6, d14, 0x88), panel + (6 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(d6, d14, 0xDD), panel + (14 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(d3, d11, 0x88), panel + (3 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(d3, d11, 0xDD), panel + (11 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(d7, d15, 0x88), panel + (7 * 16));
        Vector512.Store(Avx512F.Shuffle4x128(d7, d15, 0xDD), panel + (15 * 16));
    }

    // Not inlined: inside a larger method the inliner's budget runs out and leaves vector calls as calls.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Square8(float* source, long stride, float* panel, int lanes)
    {
        Vector256<float> a0 = Vector256.Load(source + (0 * stride));
        Vector256<float> a1 = Vector256.Load(source + (1 * stride));
        Vector256<float> a2 = Vector256.Load(source + (2 * stride));
        Vector256<float> a3 = Vector256.Load(source + (3 * stride));
        Vector256<float> a4 = Vector256.Load(source + (4 * stride));
        Vector256<float> a5 = Vector256.Load(source + (5 * stride));
        Vector256<float> a6 = Vector256.Load(source + (6 * stride));
        Vector256<float> a7 = Vector256.Load(source + (7 * stride));
        Vector256<float> b0 = Avx.UnpackLow(a0, a1), b1 = Avx.UnpackHigh(a0, a1);
        Vector256<float> b2 = Avx.UnpackLow(a2, a3), b3 = Avx.UnpackHigh(a2, a3);
        Vector256<float> b4 = Avx.UnpackLow(a4, a5), b5 = Avx.UnpackHigh(a4, a5);
        Vector256<float> b6 = Avx.UnpackLow(a6, a7), b7 = Avx.UnpackHigh(a6, a7);
        Vector256<float> c0 = Avx.Shuffle(b0, b2, 0x44), c1 = Avx.Shuffle(b0, b2, 0xEE), c2 = Avx.Shuffle(b1, b3, 0x44), c3 = Avx.Shuffle(b1, b3, 0xEE);
        Vector256<float> c4 = Avx.Shuffle(b4, b6, 0x44), c5 = Avx.Shuffle(b4, b6, 0xEE), c6 = Avx.Shuffle(b5, b7, 0x44), c7 = Avx.Shuffle(b5, b7, 0xEE);
        Vector256.Store(Avx.Permute2x128(c0, c4, 0x20), panel + (0 * lanes));
        Vector256.Store(Avx.Permute2x128(c0, c4, 0x31), panel + (4 * lanes));
        Vector256.Store(Avx.Permute2x128(c1, c5, 0x20), panel + (1 * lanes));
        Vector256.Store(Avx.Permute2x128(c1, c5, 0x31), panel + (5 * lanes));
        Vector256.Store(Avx.Permute2x128(c2, c6, 0x20), panel + (2 * lanes));
        Vector256.Store(Avx.Permute2x128(c2, c6, 0x31), panel + (6 * lanes));
        Vector256.Store(Avx.Permute2x128(c3, c7, 0x20), panel + (3 * lanes));
        Vector256.Store(Avx.Permute2x128(c3, c7, 0x31), panel + (7 * lanes));
    }
}
