using AttentionGen;
using AttentionGen.Reference;

namespace QuickStart.Catalogue;

/// <summary>The generated entry point of a scan.</summary>
public delegate void ScanForward(
    ReadOnlySpan<float> u,
    ReadOnlySpan<float> delta,
    ReadOnlySpan<float> a,
    ReadOnlySpan<float> b,
    ReadOnlySpan<float> c,
    ReadOnlySpan<float> d,
    ReadOnlySpan<float> z,
    Span<float> output,
    int batch,
    int length,
    in AttentionArguments arguments);

/// <summary>A kernel host without queries and keys: a selective scan.</summary>
/// <param name="Name">Its name in the catalogue.</param>
/// <param name="InnerDim">Channels.</param>
/// <param name="StateSize">States of each channel.</param>
/// <param name="Scan">The generated entry point.</param>
public sealed record ScanEntry(string Name, int InnerDim, int StateSize, ScanForward Scan) : CatalogueEntry("type", Name)
{
    // Step sizes about 0.02, as trained models have them.
    private const float Shift = -4;

    /// <inheritdoc/>
    public override Type Host => Scan.Method.DeclaringType!;

    /// <inheritdoc/>
    public override CatalogueRow Run(int threads)
    {
        float[] u = Draw(Length * InnerDim, 1), delta = [.. Draw(Length * InnerDim, 2).Select(static value => value + Shift)], z = Draw(Length * InnerDim, 3);
        float[] b = Draw(Length * StateSize, 4), c = Draw(Length * StateSize, 5), d = Draw(InnerDim, 6), output = new float[u.Length];
        float[] a = [.. Enumerable.Range(0, InnerDim * StateSize).Select(n => -(float)(1 + (n % StateSize)))];
        double milliseconds = Time(() => Scan(u, delta, a, b, c, d, z, output, 1, Length, new AttentionArguments { MaxThreads = threads }));
        var exact = new SelectiveScan
        {
            Channels = InnerDim,
            States = StateSize,
            Length = Length,
            U = ReferenceProblem.Widen(u),
            Delta = ReferenceProblem.Widen(delta),
            A = ReferenceProblem.Widen(a),
            B = ReferenceProblem.Widen(b),
            C = ReferenceProblem.Widen(c),
            D = ReferenceProblem.Widen(d),
            Z = ReferenceProblem.Widen(z),
        };
        return new(this, new WrittenDeclaration(Host).Text, $"[{Length}, {InnerDim}]", 0, milliseconds, Compare(exact, output));
    }

    private static Accuracy Compare(SelectiveScan scan, float[] output)
    {
        (double[] exact, double[] tolerance) = scan.Forward();
        double worst = 0;
        bool within = true;
        for (int i = 0; i < exact.Length; i++)
        {
            double error = Math.Abs(output[i] - exact[i]);
            within &= error <= tolerance[i];
            worst = double.IsNaN(error) || error > worst ? error : worst;
        }

        return new(scan.Length, worst, within);
    }
}
