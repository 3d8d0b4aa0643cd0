using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>Sequences of very different lengths in one call, against a call for each.</summary>
public static class PackedCase
{
    private const string Section = "packed sequences";
    private const int Sequences = 64;
    private const int Shortest = 16;
    private const int Longest = 4096;

    /// <summary>Times the packed call on one thread and on two in turn with the calls one by one.</summary>
    public static IEnumerable<Figure> Measure(RatioSettings settings)
    {
        KernelEntry kernel = KernelList.Causal64;
        string name = $"{kernel.Name}, {Sequences} sequences of {Shortest} to {Longest}";
        if (!settings.Wants(Section, name))
        {
            yield break;
        }

        int[] starts = Starts();
        var problem = new AttentionProblem(kernel, starts[^1]);
        double flops = Enumerable.Range(0, Sequences).Sum(s => problem.FlopsPerPair * kernel.Heads * kernel.Mask.Pairs(starts[s + 1] - starts[s]));
        OneByOne(problem, starts);
        float[] alone = [.. problem.PackedOutput];
        Together(problem, starts, threads: 2);
        if (!alone.AsSpan().SequenceEqual(problem.PackedOutput))
        {
            throw new InvalidDataException($"{name}: packed sequences differ from the same sequences one by one.");
        }

        Series[] series = Alternation.Measure(
            [new("one by one", flops, () => OneByOne(problem, starts)), new("one", flops, () => Together(problem, starts, 1)), new("two", flops, () => Together(problem, starts, 2))],
            settings.Rounds);
        yield return new(Section, name, "GFLOP/s", FigureUnit.GigaflopsPerSecond, series[1].Rate);
        yield return new(Section, name, "time vs one by one", FigureUnit.Ratio, series[0].Over(series[1]), new Target(1.05, AtMost: true));
        if (Environment.ProcessorCount > 1)
        {
            yield return new(Section, name, "two threads", FigureUnit.Ratio, series[2].Over(series[1]), new Target(1.85));
        }
    }

    // Lengths evenly spaced on a logarithmic scale, in an order that mixes them.
    private static int[] Starts()
    {
        int[] starts = new int[Sequences + 1];
        for (int s = 0; s < Sequences; s++)
        {
            double place = s * 37 % Sequences / (double)(Sequences - 1);
            starts[s + 1] = starts[s] + (int)Math.Round(Shortest * Math.Pow(Longest / (double)Shortest, place));
        }

        return starts;
    }

    private static void Together(AttentionProblem problem, int[] starts, int threads)
    {
        (int heads, int dim) = (problem.Kernel.Heads, problem.Kernel.HeadDim);
        problem.Kernel.Forward(
            ReadOnlyTensorView.Packed(problem.PackedQuery, 1, starts[^1], heads, dim),
            ReadOnlyTensorView.Packed(problem.PackedKey, 1, starts[^1], heads, dim),
            ReadOnlyTensorView.Packed(problem.PackedValue, 1, starts[^1], heads, dim),
            TensorView.Packed(problem.PackedOutput, 1, starts[^1], heads, dim),
            new AttentionArguments { MaxThreads = threads, CumulativeLengths = starts });
    }

    private static void OneByOne(AttentionProblem problem, int[] starts)
    {
        (int heads, int dim) = (problem.Kernel.Heads, problem.Kernel.HeadDim);
        int width = heads * dim;
        for (int s = 0; s < Sequences; s++)
        {
            int length = starts[s + 1] - starts[s];
            Range rows = (starts[s] * width)..(starts[s + 1] * width);
            problem.Kernel.Forward(
                ReadOnlyTensorView.Packed(problem.PackedQuery.AsSpan()[rows], 1, length, heads, dim),
                ReadOnlyTensorView.Packed(problem.PackedKey.AsSpan()[rows], 1, length, heads, dim),
                ReadOnlyTensorView.Packed(problem.PackedValue.AsSpan()[rows], 1, length, heads, dim),
                TensorView.Packed(problem.PackedOutput.AsSpan()[rows], 1, length, heads, dim),
                new AttentionArguments { MaxThreads = 1 });
        }
    }
}
