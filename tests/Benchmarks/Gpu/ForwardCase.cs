using AttentionGen.Benchmarks.Ratios;
using AttentionGen.Gpu;

namespace AttentionGen.Benchmarks.Gpu;

/// <summary>One timed call over whole sequences: 16,384 tokens in sequences of one length.</summary>
/// <param name="Entry">The kernel.</param>
/// <param name="Length">Positions of a sequence.</param>
public sealed record ForwardCase(GpuEntry Entry, int Length)
{
    private const int Tokens = 16384;
    private const string Section = "forward";

    private string Name => $"{(Entry.Precision == GpuPrecision.Single ? "FP32" : "BF16")} d={Entry.HeadDim}{(Entry.IsCausal ? ", causal" : "")}, S={Length}";

    private int Batch => Math.Max(1, Tokens / Length);

    // Visible pairs only, 2 (headDim + valueDim) operations each.
    private double Flops => 2.0 * (Entry.HeadDim + Entry.ValueDim) * Batch * Entry.Heads * (Entry.IsCausal ? (Length + 1L) * Length / 2.0 : (double)Length * Length);

    /// <summary>The wanted cases.</summary>
    public static IEnumerable<ForwardCase> Wanted(GpuSettings settings) =>
        from entry in GpuKernelList.Timed from length in settings.TimedLengths let item = new ForwardCase(entry, length) where settings.Wants(Section, item.Name) || settings.Wants(Section, entry.Name) select item;

    /// <summary>What PyTorch is asked to time.</summary>
    public TorchCase ForTorch(int rounds) => new(Name, Batch, Entry.Heads, Entry.KvHeads, Length, Length, Entry.HeadDim, Entry.IsCausal, [.. new[] { Entry.TorchType, "bfloat16" }.Distinct()], rounds);

    /// <summary>The kernel's figures, and PyTorch's where there are any.</summary>
    public IEnumerable<Figure> Measure(GpuAttentionContext context, GpuSettings settings, IReadOnlyList<TorchTime> torch)
    {
        settings.Progress(Name);
        Spread own;
        using (GpuStream stream = context.CreateStream())
        using (var problem = new GpuProblem(context, Entry, Batch, Length, settings.Seed))
        {
            own = GpuTiming.Milliseconds(stream, () => problem.Launch(context, stream), settings.Rounds);
        }

        yield return Teraflops($"{Entry.Select(context).Implementation}", own);
        yield return new Figure(Section, Name, "time", FigureUnit.Milliseconds, own);
        foreach (TorchTime time in torch.Where(time => time.Name == Name))
        {
            yield return Teraflops($"PyTorch {time.Type}", Spread.Of(time.Milliseconds));
        }
    }

    private Figure Teraflops(string metric, Spread milliseconds)
    {
        double Rate(double time) => Flops / time / 1e9;
        return new Figure(Section, Name, metric + ", TFLOP/s", FigureUnit.TeraflopsPerSecond, new Spread(Rate(milliseconds.Median), Rate(milliseconds.High), Rate(milliseconds.Low)));
    }
}
