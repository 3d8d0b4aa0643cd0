using AttentionGen;
using AttentionGen.Reference;

namespace QuickStart;

/// <summary>One declared attention in the table.</summary>
/// <param name="Declaration">How it was declared, in short.</param>
/// <param name="Range">Which keys a query sees.</param>
/// <param name="KvHeads">Key/value heads.</param>
public abstract record Demonstration(string Declaration, KeyRange Range, int KvHeads)
{
    /// <summary>The sizes of its inputs.</summary>
    public abstract string Shape(int length);

    /// <summary>Inputs and outputs for one text.</summary>
    public abstract IPreparedRun Prepare(TextModel model);
}

/// <summary>A demonstration on one text.</summary>
public interface IPreparedRun : IDisposable
{
    /// <summary>Floating-point operations of one forward pass: visible pairs, and a layer's projections.</summary>
    double Flops { get; }

    /// <summary>One forward pass of the generated code.</summary>
    void Forward(int threads);

    /// <summary>Compares sampled rows of the last forward pass with the double-precision oracle.</summary>
    Accuracy Check();

    /// <summary>Seconds that plain C# loops on one thread would take, scaled from a sample of rows.</summary>
    double PlainSeconds();
}

/// <summary>How close sampled rows come to the oracle.</summary>
/// <param name="Rows">Rows compared.</param>
/// <param name="MaxError">The largest absolute difference.</param>
/// <param name="WithinTolerance">Whether every row is as close as single precision allows.</param>
public sealed record Accuracy(int Rows, double MaxError, bool WithinTolerance);

/// <summary>The contiguous entry point of a generated kernel host.</summary>
public delegate void KernelForward(
    ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int queryLength, int keyLength, in AttentionArguments arguments);

/// <summary>A kernel host: queries, keys and values in, attended values out.</summary>
/// <param name="Declaration">How it was declared, in short.</param>
/// <param name="Range">Which keys a query sees.</param>
/// <param name="KvHeads">Key/value heads.</param>
/// <param name="Kernel">The generated entry point.</param>
/// <param name="Oracle">The same declaration in the oracle's terms, its tensors left empty.</param>
/// <param name="Position">How positions enter, for the plain loop.</param>
public sealed record KernelDemonstration(string Declaration, KeyRange Range, int KvHeads, KernelForward Kernel, ReferenceProblem Oracle, PlainPosition Position)
    : Demonstration(Declaration, Range, KvHeads)
{
    /// <inheritdoc/>
    public override string Shape(int length) => KvHeads == TextModel.Heads
        ? $"[{TextModel.Heads}, {length}, {TextModel.HeadDim}]"
        : $"[{TextModel.Heads}/{KvHeads}, {length}, {TextModel.HeadDim}]";

    /// <inheritdoc/>
    public override IPreparedRun Prepare(TextModel model) => new KernelRun(this, model);
}
