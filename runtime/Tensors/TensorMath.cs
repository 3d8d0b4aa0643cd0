using System.Runtime.Intrinsics;
using AttentionGen.Kernels;

namespace AttentionGen;

/// <summary>Softmax and its relatives along any axis of a dense row-major tensor, on one thread, without allocation.</summary>
/// <remarks>
/// The largest element is subtracted first, so nothing overflows; sums are compensated (Kahan 1965), so long axes lose no accuracy.
/// A slice of nothing but negative infinity is a fully masked row and gives zeros, as everywhere in this library, not NaN.
/// A NaN makes its whole slice NaN; so does positive infinity, except for <see cref="LogSumExp"/>, which is then positive infinity.
/// Softmax values below 2^-127 come out as 0.
/// </remarks>
public static unsafe class TensorMath
{
    /// <summary><c>exp(x) / sum(exp(x))</c> along an axis.</summary>
    /// <param name="input">A tensor of <paramref name="shape"/>.</param>
    /// <param name="output">Receives the result; may be exactly <paramref name="input"/>'s memory.</param>
    /// <param name="shape">The sizes, outermost first.</param>
    /// <param name="axis">The axis whose slices sum to 1; negative counts from the last, -1.</param>
    /// <exception cref="ArgumentException">A span does not have the shape's elements, the spans overlap in part, or there is no such axis; nothing was written.</exception>
    public static void Softmax(ReadOnlySpan<float> input, Span<float> output, ReadOnlySpan<int> shape, int axis = -1) =>
        Run(SoftmaxForm.Softmax, input, output, shape, axis, SimdTier.Best);

    /// <summary><c>x - log(sum(exp(x)))</c> along an axis; negative infinity throughout a slice of negative infinities.</summary>
    /// <inheritdoc cref="Softmax"/>
    public static void LogSoftmax(ReadOnlySpan<float> input, Span<float> output, ReadOnlySpan<int> shape, int axis = -1) =>
        Run(SoftmaxForm.LogSoftmax, input, output, shape, axis, SimdTier.Best);

    /// <summary><c>log(sum(exp(x)))</c> along an axis; negative infinity for a slice of negative infinities, and for an empty one.</summary>
    /// <param name="input">A tensor of <paramref name="shape"/>.</param>
    /// <param name="output">Receives one number per slice: the shape without the axis. Overlaps the input nowhere.</param>
    /// <param name="shape">The sizes, outermost first.</param>
    /// <param name="axis">The axis that is summed over; negative counts from the last, -1.</param>
    /// <exception cref="ArgumentException">A span does not have the elements it should, the spans overlap, or there is no such axis; nothing was written.</exception>
    public static void LogSumExp(ReadOnlySpan<float> input, Span<float> output, ReadOnlySpan<int> shape, int axis = -1) =>
        Run(SoftmaxForm.LogSumExp, input, output, shape, axis, SimdTier.Best);

    internal static void Run(SoftmaxForm form, ReadOnlySpan<float> input, Span<float> output, ReadOnlySpan<int> shape, int axis, SimdTier tier)
    {
        SliceShape slices = SliceShape.Check(form, input, output, shape, axis);
        if (output.IsEmpty)
        {
            return;
        }

        fixed (float* source = input, destination = output)
        {
            switch (SimdTiers.Resolve(tier))
            {
                case SimdTier.Vector512:
                    SoftmaxSlices<Vector512<float>, SoftmaxLanes512>.Run(form, source, destination, slices);
                    break;
                case SimdTier.Vector256:
                    SoftmaxSlices<Vector256<float>, SoftmaxLanes256>.Run(form, source, destination, slices);
                    break;
                case SimdTier.Vector128:
                    SoftmaxSlices<Vector128<float>, SoftmaxLanes128>.Run(form, source, destination, slices);
                    break;
                default:
                    SoftmaxSlices<float, SoftmaxLanes1>.Run(form, source, destination, slices);
                    break;
            }
        }
    }
}
