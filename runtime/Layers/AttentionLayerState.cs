using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>
/// What a generated layer owns: its weights and the grow-only native buffers of a forward pass, so that a steady-state call allocates nothing.
/// One call at a time: two threads must not use one instance together.
/// </summary>
/// <remarks>
/// A generated self-attention layer is
/// <code>
/// public partial class Layer : IDisposable
/// {
///     private readonly AttentionLayerState state;
///
///     public Layer(int seed = 0) =&gt; state = new AttentionLayerState(new LayerShape(dModel: 512, heads: 8, kvHeads: 8, headDim: 64, valueDim: 64), seed);
///
///     public AttentionWeights Weights =&gt; state.Weights;
///
///     public void Forward(ReadOnlySpan&lt;float&gt; input, Span&lt;float&gt; output, int batch, int length, in AttentionArguments arguments = default)
///     {
///         LayerCall call = state.Project(input, output, batch, length, arguments);
///         LayerKernel.Forward(call.Query, call.Key, call.Value, call.Context, arguments);
///         state.ProjectOutput(call, output, arguments);
///     }
///
///     public void Dispose() =&gt; state.Dispose();
/// }
/// </code>
/// A cross-attention layer calls <see cref="ProjectCross"/> instead. An encoding that is added to the input is given to the constructor
/// (sinusoidal) or is part of the shape (learned); both act on the input that the queries come from, and on keys and values where they
/// come from the same input. A memory is taken as it is: its encoder has already put positions into it. A layer that reads a cache calls
/// <see cref="ProjectTokens"/> for new tokens alone.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed partial class AttentionLayerState : IDisposable
{
    private readonly LayerShape shape;
    private readonly LayerEncoding encoding;
    private readonly NativeFloats query = new();
    private readonly NativeFloats key = new();
    private readonly NativeFloats value = new();
    private readonly NativeFloats context = new();
    private readonly NativeFloats kept = new();

    /// <summary>New weights and empty buffers.</summary>
    /// <param name="shape">The layer's sizes.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <param name="encoding">Added to the input; null: nothing but the learned table, if the shape has one.</param>
    /// <param name="positions">What the learned table starts from; null: normal with deviation 0.02.</param>
    /// <param name="extras">Learned tensors besides the projections.</param>
    /// <exception cref="ArgumentException"><paramref name="shape"/> is <c>default</c>, or the encoding's width is not the model's.</exception>
    public AttentionLayerState(LayerShape shape, int seed, SinusoidalEncoding? encoding = null, WeightStart? positions = null, params ExtraWeight[] extras)
    {
        if (encoding is not null && encoding.Width != shape.DModel)
        {
            throw new ArgumentException($"Expected an encoding of DModel = {shape.DModel} features, but it has {encoding.Width}.", nameof(encoding));
        }

        this.shape = shape;
        Weights = new AttentionWeights(shape, seed, positions, extras);
        this.encoding = new LayerEncoding(Weights, encoding);
    }

    /// <summary>The weights.</summary>
    public AttentionWeights Weights { get; }

    /// <summary>The elements of an extra tensor, row-major.</summary>
    /// <param name="index">Its place among those given to the constructor.</param>
    public ReadOnlySpan<float> Extra(int index) => Weights.Extra(index);

    /// <summary>What is added to the input at chosen positions: the sum of the layer's input encodings.</summary>
    /// <param name="positions">Positions, each from 0 to the shortest table's last.</param>
    /// <param name="encoding"><c>[positions, DModel]</c>; written whole.</param>
    /// <exception cref="ArgumentException">A position is negative or past a table, or the span does not hold that many elements; nothing was written.</exception>
    /// <exception cref="ObjectDisposedException">The layer was disposed.</exception>
    public void GetEncoding(scoped ReadOnlySpan<int> positions, scoped Span<float> encoding) => this.encoding.GetEncoding(positions, encoding);

    /// <summary>Checks the call and projects <paramref name="input"/> to queries, keys and values.</summary>
    /// <param name="input"><c>[batch, length, DModel]</c>.</param>
    /// <param name="output"><c>[batch, length, DModel]</c>; only checked here. It may be the input itself or overlap it: all of the input is read before any output is written.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="length">Positions per sequence.</param>
    /// <param name="arguments">Threads, tier, and what <paramref name="output"/> must not overlap.</param>
    /// <param name="state">What stands before the input: positions count on from it; null: nothing.</param>
    /// <exception cref="ArgumentException">A size is negative or overflows, a span does not hold its shape, or the length is past a position table; nothing was written.</exception>
    /// <exception cref="ObjectDisposedException">The layer was disposed.</exception>
    public LayerCall Project(scoped ReadOnlySpan<float> input, scoped ReadOnlySpan<float> output, int batch, int length, scoped in AttentionArguments arguments, RecurrentState? state = null)
    {
        PastPositions past = new(encoding.IsAdded ? StateChecks.Past(state, arguments) : 0);
        Check(input, output, batch, length, arguments);
        encoding.CheckLength(arguments.CumulativeLengths, batch, length, past, nameof(length));
        ReadOnlySpan<float> source = encoding.Encode(input, batch, length, past, arguments.CumulativeLengths);
        return Project(source, source, batch, length, length, arguments);
    }

    /// <summary>Checks the call and projects <paramref name="input"/> to queries, <paramref name="memory"/> to keys and values.</summary>
    /// <param name="input"><c>[batch, length, DModel]</c>.</param>
    /// <param name="memory"><c>[batch, memoryLength, DModel]</c>.</param>
    /// <param name="output"><c>[batch, length, DModel]</c>; only checked here. It may overlap the input or the memory: both are read before any output is written.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="length">Query positions per sequence.</param>
    /// <param name="memoryLength">Key positions per sequence.</param>
    /// <param name="arguments">Threads, tier, and what <paramref name="output"/> must not overlap.</param>
    /// <exception cref="ArgumentException">A size is negative or overflows, a span does not hold its shape, or the length is past a position table; nothing was written.</exception>
    /// <exception cref="ObjectDisposedException">The layer was disposed.</exception>
    public LayerCall ProjectCross(
        scoped ReadOnlySpan<float> input,
        scoped ReadOnlySpan<float> memory,
        scoped ReadOnlySpan<float> output,
        int batch,
        int length,
        int memoryLength,
        scoped in AttentionArguments arguments)
    {
        Check(input, output, batch, length, arguments);
        encoding.CheckLength(arguments.CumulativeLengths, batch, length, default, nameof(length));
        CheckSpan(memory.Length, batch, memoryLength, nameof(memory), nameof(memoryLength));
        return Project(encoding.Encode(input, batch, length, default, arguments.CumulativeLengths), memory, batch, length, memoryLength, arguments);
    }

    /// <summary>Projects the context that the kernel wrote to the layer's output.</summary>
    /// <param name="call">What <see cref="Project(ReadOnlySpan{float}, ReadOnlySpan{float}, int, int, in AttentionArguments, RecurrentState)"/> gave.</param>
    /// <param name="output"><c>[batch, length, DModel]</c>.</param>
    /// <param name="arguments">Threads and tier.</param>
    public void ProjectOutput(scoped LayerCall call, scoped Span<float> output, scoped in AttentionArguments arguments)
    {
        TensorLayout layout = call.Context.Layout;
        Weights.Output.Apply(call.Context.Data, layout.Batch * layout.Length, output, arguments.MaxThreads, arguments.Tier);
        GC.KeepAlive(this);
    }

    /// <summary>Projects the context and mixes it with the layer's input: <c>output = attended * projected + local * input</c>.</summary>
    /// <param name="call">What <see cref="ProjectCross"/> gave.</param>
    /// <param name="input"><c>[batch, length, DModel]</c>, without encodings.</param>
    /// <param name="output"><c>[batch, length, DModel]</c>; may overlap the input.</param>
    /// <param name="attended">Factor on the projected context.</param>
    /// <param name="local">Factor on the input.</param>
    /// <param name="arguments">Threads and tier.</param>
    public unsafe void ProjectMixed(scoped LayerCall call, scoped ReadOnlySpan<float> input, scoped Span<float> output, float attended, float local, scoped in AttentionArguments arguments)
    {
        scoped ReadOnlySpan<float> features = input;
        if (output.Overlaps(input))
        {
            Span<float> copy = new(kept.Reserve(input.Length), input.Length);
            input.CopyTo(copy);
            features = copy;
        }

        ProjectOutput(call, output, arguments);
        VectorSum.Mix(output, attended, features, local);
        GC.KeepAlive(this);
    }

    /// <summary>Frees weights and buffers.</summary>
    public void Dispose()
    {
        Weights.Dispose();
        encoding.Dispose();
        query.Dispose();
        key.Dispose();
        value.Dispose();
        context.Dispose();
        kept.Dispose();
    }

    private void Check(scoped ReadOnlySpan<float> input, scoped ReadOnlySpan<float> output, int batch, int length, scoped in AttentionArguments arguments)
    {
        Weights.ThrowIfDisposed();
        CheckSpan(input.Length, batch, length, nameof(input), nameof(length));
        CheckSpan(output.Length, batch, length, nameof(output), nameof(length));
        CheckArguments(output, length, arguments);
    }

    /// <summary>The conditions on optional arguments; the output is empty where nothing attends.</summary>
    private static void CheckArguments(scoped ReadOnlySpan<float> output, int length, scoped in AttentionArguments arguments)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(arguments.MaxThreads, nameof(arguments.MaxThreads));
        SimdTiers.Resolve(arguments.Tier);
        RejectOwned(arguments.QueryGain, nameof(arguments.QueryGain));
        RejectOwned(arguments.KeyGain, nameof(arguments.KeyGain));
        RejectOwned(arguments.SinkLogits, nameof(arguments.SinkLogits));
        RejectOwned(arguments.RelativeKeys, nameof(arguments.RelativeKeys));
        RejectOwned(arguments.RelativeValues, nameof(arguments.RelativeValues));
        RejectOwned(arguments.BucketBias, nameof(arguments.BucketBias));
        if (arguments.LocalFeatures.Layout != default)
        {
            throw new ArgumentException($"A layer's local features are its input: expected none with the call, got {arguments.LocalFeatures.Layout}.", nameof(arguments.LocalFeatures));
        }

        if (!arguments.CumulativeLengths.IsEmpty)
        {
            PackedChecks.CheckOrder(arguments.CumulativeLengths, length, "positions", nameof(arguments.CumulativeLengths));
        }

        if (arguments.LogSumExp.Overlaps(output))
        {
            throw new ArgumentException("LogSumExp overlaps the output, which would overwrite it; expected separate memory.", nameof(arguments.LogSumExp));
        }
    }

    private static void RejectOwned(scoped ReadOnlySpan<float> given, string name)
    {
        if (!given.IsEmpty)
        {
            throw new ArgumentException($"A layer has its own {name} among its weights: expected none with the call, got {given.Length} elements.", name);
        }
    }

    private void CheckSpan(int actual, int batch, int length, string name, string lengthName, string batchName = "batch")
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch, batchName);
        ArgumentOutOfRangeException.ThrowIfNegative(length, lengthName);
        Int128 expected = (Int128)batch * length * shape.DModel;
        if (actual != expected)
        {
            throw new ArgumentException($"Expected [{batch}, {length}, {shape.DModel}] = {expected} elements ({batchName}, {lengthName}, DModel), but the span holds {actual}.", name);
        }
    }

    private LayerCall Project(scoped ReadOnlySpan<float> source, scoped ReadOnlySpan<float> memory, int batch, int length, int memoryLength, scoped in AttentionArguments arguments)
    {
        // All layouts first: they check that the sizes fit a span, before a buffer grows.
        TensorLayout queryLayout = TensorLayout.Packed(batch, length, shape.Heads, shape.HeadDim);
        TensorLayout keyLayout = TensorLayout.Packed(batch, memoryLength, shape.KvHeads, shape.HeadDim);
        TensorLayout valueLayout = TensorLayout.Packed(batch, memoryLength, shape.KvHeads, shape.ValueDim);
        TensorLayout contextLayout = TensorLayout.Packed(batch, length, shape.Heads, shape.ValueDim);
        return new LayerCall(
            ProjectTo(query, queryLayout, Weights.Query, source, arguments),
            ProjectTo(key, keyLayout, Weights.Key, memory, arguments),
            ProjectTo(value, valueLayout, Weights.Value, memory, arguments),
            new TensorView(Buffer(context, contextLayout), contextLayout));
    }

    private static ReadOnlyTensorView ProjectTo(NativeFloats buffer, TensorLayout layout, Projection projection, scoped ReadOnlySpan<float> rows, scoped in AttentionArguments arguments)
    {
        Span<float> data = Buffer(buffer, layout);
        projection.Apply(rows, layout.Batch * layout.Length, data, arguments.MaxThreads, arguments.Tier);
        return new ReadOnlyTensorView(data, layout);
    }

    private static unsafe Span<float> Buffer(NativeFloats memory, TensorLayout layout) => new(memory.Reserve(layout.Count), (int)layout.Count);
}
