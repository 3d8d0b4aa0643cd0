using AttentionGen.Benchmarks.Ratios;
using AttentionGen.Gpu;

namespace AttentionGen.Benchmarks.Gpu;

/// <summary>One timed step: a new token of each sequence is stored, and attends to all before it.</summary>
/// <param name="Entry">The declaration.</param>
/// <param name="Sequences">Sequences of the call.</param>
/// <param name="Past">Tokens that each holds.</param>
public sealed record GpuDecodeCase(GpuCacheEntry Entry, int Sequences, int Past)
{
    private const string Section = "decode";

    private static readonly int[] Batches = [1, 16];

    private string Name => $"{Entry.Heads}/{Entry.Shape.KvHeads} heads, d={Entry.Shape.HeadDim}, {Entry.Shape.Precision}, {Sequences} x {Past}";

    // What must be read, whatever the kernel: keys and values of the past, once.
    private double Bytes => (double)Sequences * (Past + 1) * Entry.Shape.KvHeads * (Entry.Shape.HeadDim + Entry.Shape.ValueDim) * Entry.Shape.ElementBytes;

    /// <summary>The wanted cases.</summary>
    public static IEnumerable<GpuDecodeCase> Wanted(GpuSettings settings) =>
        from entry in GpuCacheEntry.All.Where(static entry => entry.Name != nameof(GpuDecodeLocal64))
        from batch in Batches
        from length in settings.TimedLengths
        let item = new GpuDecodeCase(entry, batch, length)
        where settings.Wants(Section, item.Name) || settings.Wants(Section, entry.Name)
        select item;

    /// <summary>What PyTorch is asked to time: it stores no new token.</summary>
    public TorchCase ForTorch(int rounds) => new(Name, Sequences, Entry.Heads, Entry.Shape.KvHeads, 1, Past + 1, Entry.Shape.HeadDim, false, [Entry.TorchType], rounds);

    /// <summary>The step's figures, and PyTorch's where there are any.</summary>
    public IEnumerable<Figure> Measure(GpuAttentionContext context, GpuSettings settings, IReadOnlyList<TorchTime> torch)
    {
        settings.Progress(Name);
        Spread own;
        using (var problem = new GpuDecodeProblem(context, Entry, Sequences, Past + 1, settings.Seed))
        {
            own = problem.Milliseconds(Past, settings.Rounds);
        }

        yield return Rate("GB/s", own);
        yield return new Figure(Section, Name, "time", FigureUnit.Milliseconds, own);
        foreach (TorchTime time in torch.Where(time => time.Name == Name))
        {
            yield return Rate($"PyTorch {time.Type}, GB/s", Spread.Of(time.Milliseconds));
        }
    }

    private Figure Rate(string metric, Spread milliseconds)
    {
        double Of(double time) => Bytes / time / 1e6;
        return new Figure(Section, Name, metric, FigureUnit.GigabytesPerSecond, new Spread(Of(milliseconds.Median), Of(milliseconds.High), Of(milliseconds.Low)));
    }
}
