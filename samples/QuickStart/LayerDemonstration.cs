using AttentionGen;
using AttentionGen.Reference;

namespace QuickStart;

/// <summary>The entry point of a generated layer host.</summary>
public delegate void LayerForward(ReadOnlySpan<float> input, Span<float> output, int batch, int length, in AttentionArguments arguments);

/// <summary>A layer as the sample uses it.</summary>
/// <param name="Layer">What owns the weights; disposed at the end.</param>
/// <param name="Forward">Its entry point.</param>
/// <param name="Weights">A copy of its weights for the oracle.</param>
/// <param name="AddedEncoding">What it adds to the input at a position, <c>[DModel]</c>.</param>
public sealed record LayerHandle(IDisposable Layer, LayerForward Forward, LayerWeights Weights, Func<int, double[]> AddedEncoding);

/// <summary>A layer host: embedded text in, attended and projected text out.</summary>
/// <param name="Declaration">How it was declared, in short.</param>
/// <param name="Range">Which keys a query sees.</param>
/// <param name="Create">Makes the layer.</param>
public sealed record LayerDemonstration(string Declaration, KeyRange Range, Func<LayerHandle> Create) : Demonstration(Declaration, Range, TextModel.Heads)
{
    /// <inheritdoc/>
    public override string Shape(int length) => $"[{length}, {TextModel.DModel}]";

    /// <inheritdoc/>
    public override IPreparedRun Prepare(TextModel model) => new LayerRun(this, model);
}
