using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace AttentionGen.Analyzers.Tests.Fuzz;

/// <summary>
/// 10,000 declarations, sound and senseless: neither the analyzer nor the generator throws or hangs, they agree on what is invalid, what is accepted
/// compiles and what is rejected has a diagnostic. <c>ATTENTIONGEN_FUZZ_SEED</c> draws others, <c>ATTENTIONGEN_FUZZ_BATCHES</c> more.
/// </summary>
public class FuzzTests(ITestOutputHelper output)
{
    private const int UsualBatches = 100, BatchSize = 100;
    private const ulong UsualSeed = 20261121;

    [Fact]
    public void Whatever_is_declared_is_compiled_or_explained()
    {
        ulong seed = Setting("SEED", UsualSeed);
        int batches = (int)Setting("BATCHES", UsualBatches);
        var totals = new FuzzTotals();
        Arbitrary<Batch> drawn = Arb.From(Gen.ArrayOf(SoupGenerator.Soups(), BatchSize).Select(soups => new Batch(soups)), Shrink);

        // Gamma, the generator's second word, must be odd.
        Config config = Config.QuickThrowOnFailure.WithMaxTest(batches).WithQuietOnSuccess(true).WithReplay(new Replay(new Rnd(seed, (seed << 1) | 1), null));
        output.WriteLine($"ATTENTIONGEN_FUZZ_SEED={seed}");
        Prop.ForAll(drawn, batch => FuzzBatch.Check(batch.Soups, totals)).Check(config);

        output.WriteLine(totals.ToString());
        Assert.Equal(batches * BatchSize, totals.Drawn);

        // Agreement on one side only would say nothing.
        Assert.True(totals.Accepted > totals.Drawn / 10 && totals.Rejected > totals.Drawn / 5 && totals.Uncompilable > totals.Drawn / 10, totals.ToString());
    }

    private static ulong Setting(string name, ulong usual) =>
        ulong.TryParse(Environment.GetEnvironmentVariable("ATTENTIONGEN_FUZZ_" + name), CultureInfo.InvariantCulture, out ulong given) ? given : usual;

    // First which declaration of the batch, then which part of it.
    private static IEnumerable<Batch> Shrink(Batch batch) => batch.Soups is { Length: > 1 } soups
        ? [new(soups[..(soups.Length / 2)]), new(soups[(soups.Length / 2)..])]
        : batch.Soups.SelectMany(soup => soup.Shrink()).Select(soup => new Batch([soup]));

    private sealed record Batch(Soup[] Soups)
    {
        public override string ToString() => Soups.Length == 1 ? Soups[0].ToString() : $"{Soups.Length} declarations";
    }
}

/// <summary>What became of the declarations.</summary>
internal sealed class FuzzTotals
{
    public int Drawn { get; set; }

    public int Accepted { get; set; }

    public int Rejected { get; set; }

    public int Uncompilable { get; set; }

    public long GeneratedLines { get; set; }

    public KernelOnce Kernels { get; } = new();

    public TimeSpan Analyzing { get; set; }

    public TimeSpan Generating { get; set; }

    public TimeSpan Compiling { get; set; }

    public override string ToString() => string.Format(
        CultureInfo.InvariantCulture,
        "{0} declarations: {1} accepted ({2} generated lines, {8} kernel classes of which {9} compiled), {3} rejected, {4} that the compiler itself rejects; analyzer {5:F1} s, generator {6:F1} s, compiler {7:F1} s",
        Drawn,
        Accepted,
        GeneratedLines,
        Rejected,
        Uncompilable,
        Analyzing.TotalSeconds,
        Generating.TotalSeconds,
        Compiling.TotalSeconds,
        Kernels.Met,
        Kernels.Compiled);
}
