using System.Runtime.CompilerServices;

namespace AttentionGen.Kernels;

/// <summary>Softmax of the slices of a tensor: rows when the axis is the last, else the columns of <c>[count, inner]</c> matrices.</summary>
internal static unsafe class SoftmaxSlices<TVector, TLanes>
    where TLanes : struct, ISoftmaxLanes<TVector>
{
    /// <summary>Columns in work at once: their maxima and sums stay in the first-level cache.</summary>
    private const int TileColumns = 256;

    public static void Run(SoftmaxForm form, float* source, float* destination, SliceShape shape)
    {
        long step = (long)shape.Count * shape.Inner;
        long outputStep = form == SoftmaxForm.LogSumExp ? shape.Inner : step;
        for (int outer = 0; outer < shape.Outer; outer++, source += step, destination += outputStep)
        {
            if (shape.Inner == 1)
            {
                Row(form, source, destination, shape.Count);
                continue;
            }

            for (int column = 0; column < shape.Inner; column += TileColumns)
            {
                Columns(form, source + column, destination + column, shape.Count, shape.Inner, Math.Min(TileColumns, shape.Inner - column));
            }
        }
    }

    private static void Row(SoftmaxForm form, float* source, float* destination, int count)
    {
        float max = Largest(source, count);
        float start = Start(max);
        float sum = SumOfExponentials(source, form == SoftmaxForm.Softmax ? destination : null, count, start);
        switch (form)
        {
            case SoftmaxForm.Softmax:
                Each<Quotient>(destination, destination, count, Divisor(sum));
                break;
            case SoftmaxForm.LogSoftmax:
                Each<Difference>(source, destination, count, start);
                Each<Difference>(destination, destination, count, MathF.Log(Divisor(sum)));
                break;
            default:
                *destination = LogOfSum(max, sum);
                break;
        }
    }

    // [count, inner] of which `width` columns: passes over whole rows of the tile, with a maximum and a sum per column.
    private static void Columns(SoftmaxForm form, float* source, float* destination, int count, int inner, int width)
    {
        float* max = stackalloc float[TileColumns], start = stackalloc float[TileColumns], sum = stackalloc float[TileColumns], lost = stackalloc float[TileColumns];
        new Span<float>(max, width).Fill(float.NegativeInfinity);
        new Span<float>(sum, width).Clear();
        new Span<float>(lost, width).Clear();
        for (long row = 0; row < count; row++)
        {
            Each<Maximum>(max, source + (row * inner), max, width);
        }

        for (int column = 0; column < width; column++)
        {
            start[column] = Start(max[column]);
        }

        for (long row = 0; row < count; row++)
        {
            AddExponentials(source + (row * inner), form == SoftmaxForm.Softmax ? destination + (row * inner) : null, start, sum, lost, width);
        }

        for (int column = 0; column < width; column++)
        {
            sum[column] = form switch
            {
                SoftmaxForm.Softmax => Divisor(sum[column] - lost[column]),
                SoftmaxForm.LogSoftmax => MathF.Log(Divisor(sum[column] - lost[column])),
                _ => destination[column] = LogOfSum(max[column], sum[column] - lost[column]),
            };
        }

        for (long row = 0; form != SoftmaxForm.LogSumExp && row < count; row++)
        {
            float* results = destination + (row * inner);
            if (form == SoftmaxForm.Softmax)
            {
                Each<Quotient>(results, sum, results, width);
            }
            else
            {
                Each<Difference>(source + (row * inner), start, results, width);
                Each<Difference>(results, sum, results, width);
            }
        }
    }

    // What is subtracted from a slice: its maximum, except that negative infinity would turn hidden elements into NaN.
    private static float Start(float max) => max == float.NegativeInfinity ? 0 : max;

    // Only a slice without any visible element sums to 0: its quotients stay 0, its logarithms negative infinity.
    private static float Divisor(float sum) => sum == 0 ? 1 : sum;

    private static float LogOfSum(float max, float sum) => float.IsPositiveInfinity(max) ? max : Start(max) + MathF.Log(sum);

    internal static float Largest(float* source, int count)
    {
        TVector max = TLanes.Broadcast(float.NegativeInfinity);
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            max = TLanes.Max(max, TLanes.Load(source + i));
        }

        float largest = TLanes.MaxLanes(max);
        return i == count ? largest : MathF.Max(largest, SoftmaxSlices<float, SoftmaxLanes1>.Largest(source + i, count - i));
    }

    // The exponentials go to `destination` where there is one. `lost` is what rounding has added to the sum so far.
    internal static float SumOfExponentials(float* source, float* destination, int count, float start)
    {
        TVector shift = TLanes.Broadcast(start);
        TVector sum = TLanes.Broadcast(0);
        TVector lost = TLanes.Broadcast(0);
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TVector exponential = TLanes.Exp(TLanes.Subtract(TLanes.Load(source + i), shift));
            if (destination != null)
            {
                TLanes.Store(exponential, destination + i);
            }

            AddExactly(ref sum, ref lost, exponential);
        }

        float total = TLanes.SumLanes(sum) - TLanes.SumLanes(lost);
        return i == count ? total : total + SoftmaxSlices<float, SoftmaxLanes1>.SumOfExponentials(source + i, destination == null ? null : destination + i, count - i, start);
    }

    internal static void AddExponentials(float* source, float* destination, float* start, float* sum, float* lost, int width)
    {
        int i = 0;
        for (; i <= width - TLanes.Count; i += TLanes.Count)
        {
            TVector exponential = TLanes.Exp(TLanes.Subtract(TLanes.Load(source + i), TLanes.Load(start + i)));
            if (destination != null)
            {
                TLanes.Store(exponential, destination + i);
            }

            TVector total = TLanes.Load(sum + i);
            TVector error = TLanes.Load(lost + i);
            AddExactly(ref total, ref error, exponential);
            TLanes.Store(total, sum + i);
            TLanes.Store(error, lost + i);
        }

        if (i < width)
        {
            SoftmaxSlices<float, SoftmaxLanes1>.AddExponentials(source + i, destination == null ? null : destination + i, start + i, sum + i, lost + i, width - i);
        }
    }

    internal static void Each<TOperation>(float* left, float* right, float* destination, int count)
        where TOperation : struct, IOperation
    {
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(TOperation.Apply<TVector, TLanes>(TLanes.Load(left + i), TLanes.Load(right + i)), destination + i);
        }

        if (i < count)
        {
            SoftmaxSlices<float, SoftmaxLanes1>.Each<TOperation>(left + i, right + i, destination + i, count - i);
        }
    }

    internal static void Each<TOperation>(float* left, float* destination, int count, float right)
        where TOperation : struct, IOperation
    {
        TVector operand = TLanes.Broadcast(right);
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(TOperation.Apply<TVector, TLanes>(TLanes.Load(left + i), operand), destination + i);
        }

        if (i < count)
        {
            SoftmaxSlices<float, SoftmaxLanes1>.Each<TOperation>(left + i, destination + i, count - i, right);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddExactly(ref TVector sum, ref TVector lost, TVector term)
    {
        TVector corrected = TLanes.Subtract(term, lost);
        TVector next = TLanes.Add(sum, corrected);
        lost = TLanes.Subtract(TLanes.Subtract(next, sum), corrected);
        sum = next;
    }
}

/// <summary>An operation on two registers.</summary>
internal interface IOperation
{
    static abstract TVector Apply<TVector, TLanes>(TVector left, TVector right)
        where TLanes : struct, ISoftmaxLanes<TVector>;
}

/// <summary>The larger one.</summary>
internal readonly struct Maximum : IOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TVector, TLanes>(TVector left, TVector right)
        where TLanes : struct, ISoftmaxLanes<TVector> => TLanes.Max(left, right);
}

/// <summary><c>left - right</c>.</summary>
internal readonly struct Difference : IOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TVector, TLanes>(TVector left, TVector right)
        where TLanes : struct, ISoftmaxLanes<TVector> => TLanes.Subtract(left, right);
}

/// <summary><c>left / right</c>.</summary>
internal readonly struct Quotient : IOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TVector, TLanes>(TVector left, TVector right)
        where TLanes : struct, ISoftmaxLanes<TVector> => TLanes.Divide(left, right);
}
