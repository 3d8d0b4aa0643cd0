using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>
/// What a generated mamba layer owns: its weights and the grow-only native buffers of a pass, so that a steady-state call allocates nothing.
/// One call at a time: two threads must not use one instance together.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class MambaLayerState : IDisposable
{
    private readonly ScanDescription description;
    private readonly MambaShape shape;
    private readonly NativeFloats inner = new();
    private readonly NativeFloats selection = new();
    private readonly NativeFloats steps = new();

    /// <summary>New weights and empty buffers.</summary>
    /// <param name="description">The declared scan.</param>
    /// <param name="shape">The layer's sizes.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    public MambaLayerState(ScanDescription description, MambaShape shape, int seed)
    {
        ArgumentNullException.ThrowIfNull(description);
        this.description = description;
        this.shape = shape;
        Weights = new MambaWeights(shape, seed);
    }

    /// <summary>The weights.</summary>
    public MambaWeights Weights { get; }

    /// <summary>The convolution's weights <c>[InnerDim, Convolution]</c>.</summary>
    public ReadOnlySpan<float> Taps => Weights.Taps;

    /// <summary>Its bias <c>[InnerDim]</c>.</summary>
    public ReadOnlySpan<float> TapBias => Weights.TapBias;

    /// <summary>A <c>[InnerDim, StateSize]</c>.</summary>
    public ReadOnlySpan<float> Rates => Weights.Rates;

    /// <summary>D <c>[InnerDim]</c>.</summary>
    public ReadOnlySpan<float> Skip => Weights.SkipValues;

    /// <summary>Checks the call and projects the input to the scan's input and its gate.</summary>
    /// <param name="input"><c>[batch, length, DModel]</c>.</param>
    /// <param name="output"><c>[batch, length, DModel]</c>; only checked here. It may be the input itself or overlap it: all of the input is read before any output is written.</param>
    /// <param name="state">What the sequences left behind; null: nothing.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="length">Positions of each sequence.</param>
    /// <param name="arguments">Lengths, threads, tier.</param>
    /// <exception cref="ArgumentException">A size is negative or overflows, a span does not hold its shape, or an argument means nothing for a scan; nothing was written.</exception>
    /// <exception cref="ObjectDisposedException">The layer or the state was disposed.</exception>
    public MambaCall ProjectInput(scoped ReadOnlySpan<float> input, scoped ReadOnlySpan<float> output, RecurrentState? state, int batch, int length, scoped in AttentionArguments arguments)
    {
        Check(input, output, state, batch, length, arguments);
        int width = 2 * shape.InnerDim, rows = batch * length;

        // All layouts first: they check that the sizes fit a span, before a buffer grows.
        TensorLayout both = TensorLayout.Packed(batch, length, 1, width);
        TensorLayout selected = TensorLayout.Packed(batch, length, 1, shape.Selection);
        TensorLayout stepped = TensorLayout.Packed(batch, length, 1, shape.InnerDim);
        Span<float> innerData = Buffer(inner, both), selectionData = Buffer(selection, selected), stepData = Buffer(steps, stepped);
        Weights.Input.Apply(input, rows, innerData, arguments.MaxThreads, arguments.Tier);
        return new MambaCall
        {
            U = new TensorView(innerData, both with { Dim = shape.InnerDim }),
            Z = new ReadOnlyTensorView(From(innerData, shape.InnerDim), both with { Dim = shape.InnerDim }),
            Delta = new ReadOnlyTensorView(stepData, stepped),
            B = new ReadOnlyTensorView(From(selectionData, shape.DtRank), selected with { Dim = shape.StateSize }),
            C = new ReadOnlyTensorView(From(selectionData, shape.DtRank + shape.StateSize), selected with { Dim = shape.StateSize }),
        };
    }

    /// <summary>Projects the convolved input to step sizes, B and C.</summary>
    /// <param name="call">What <see cref="ProjectInput"/> gave.</param>
    /// <param name="arguments">Threads and tier.</param>
    public void ProjectSteps(scoped MambaCall call, scoped in AttentionArguments arguments)
    {
        int rows = call.U.Layout.Batch * call.U.Layout.Length;
        Span<float> selectionData = selection.Span(rows * shape.Selection);
        Gemm.Multiply(call.U.Data, rows, 2 * shape.InnerDim, Weights.Selection.Weight, default, selectionData, shape.Selection, arguments.MaxThreads, arguments.Tier);
        Gemm.Multiply(selectionData, rows, shape.Selection, Weights.Step.Weight, Weights.Step.Bias, steps.Span(rows * shape.InnerDim), shape.InnerDim, arguments.MaxThreads, arguments.Tier);
        GC.KeepAlive(this);
    }

    /// <summary>Projects the scan's output, which stands where its input stood, to the layer's output.</summary>
    /// <param name="call">What <see cref="ProjectInput"/> gave.</param>
    /// <param name="output"><c>[batch, length, DModel]</c>.</param>
    /// <param name="arguments">Threads and tier.</param>
    public void ProjectOutput(scoped MambaCall call, scoped Span<float> output, scoped in AttentionArguments arguments)
    {
        int rows = call.U.Layout.Batch * call.U.Layout.Length;
        Gemm.Multiply(call.U.Data, rows, 2 * shape.InnerDim, Weights.Output.Weight, default, output, shape.DModel, arguments.MaxThreads, arguments.Tier);
        GC.KeepAlive(this);
    }

    /// <summary>Frees weights and buffers.</summary>
    public void Dispose()
    {
        Weights.Dispose();
        inner.Dispose();
        selection.Dispose();
        steps.Dispose();
    }

    private void Check(scoped ReadOnlySpan<float> input, scoped ReadOnlySpan<float> output, RecurrentState? state, int batch, int length, scoped in AttentionArguments arguments)
    {
        Weights.ThrowIfDisposed();
        CheckSpan(input.Length, batch, length, nameof(input));
        CheckSpan(output.Length, batch, length, nameof(output));
        ScanChecks.CheckLengths(description.Name, description.MaxLength, batch, length, arguments);
        ScanChecks.CheckArguments(description.Name, arguments);
        SimdTiers.Resolve(arguments.Tier);
        state?.CheckUse(description, description.Name, arguments.CumulativeLengths.IsEmpty ? batch : arguments.CumulativeLengths.Length - 1, ScanChecks.Longest(arguments.CumulativeLengths, length), description.MaxLength);
    }

    private void CheckSpan(int actual, int batch, int length, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Int128 expected = (Int128)batch * length * shape.DModel;
        if (actual != expected)
        {
            throw new ArgumentException($"Expected [{batch}, {length}, {shape.DModel}] = {expected} elements (batch, length, DModel), but the span holds {actual}.", name);
        }
    }

    // An empty call has no rows to begin in the middle of.
    private static ReadOnlySpan<float> From(Span<float> data, int first) => data.IsEmpty ? data : data[first..];

    private static Span<float> Buffer(NativeFloats memory, TensorLayout layout) => new(memory.Reserve(layout.Count), (int)layout.Count);
}
