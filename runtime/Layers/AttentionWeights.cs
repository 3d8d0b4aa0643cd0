using AttentionGen.Kernels;

namespace AttentionGen;

/// <summary>
/// The weights of an attention layer: query, key, value and output projections with optional biases, an optional learned position table,
/// and the learned tensors of what else is declared (gains, sinks, tables of distances).
/// Read with <see cref="CopyTo"/>, written with <see cref="Set"/>, <see cref="Save"/> and <see cref="Load"/>.
/// </summary>
/// <remarks>
/// In memory a weight is <c>[input features, output features]</c>, row-major, as in <c>output = input * W + b</c>:
/// W_q <c>[DModel, Heads * HeadDim]</c>, W_k <c>[DModel, KvHeads * HeadDim]</c>, W_v <c>[DModel, KvHeads * ValueDim]</c>, W_o <c>[Heads * ValueDim, DModel]</c>.
/// In files it is the transpose, <c>[output features, input features]</c>, as PyTorch's <c>nn.Linear</c> stores it.
/// A layer may store the four weights smaller (<see cref="LayerShape.Precision"/>): what is set or loaded is rounded to that, what is read or saved is what was stored, as FP32.
/// New weights are Xavier uniform (Glorot and Bengio 2010), biases zero, the position table normal with deviation 0.02.
/// Not safe for use while another thread writes them or runs the layer.
/// </remarks>
public sealed class AttentionWeights : IDisposable
{
    /// <summary>W_q.</summary>
    public const string QueryWeight = "q_proj.weight";

    /// <summary>W_k.</summary>
    public const string KeyWeight = "k_proj.weight";

    /// <summary>W_v.</summary>
    public const string ValueWeight = "v_proj.weight";

    /// <summary>W_o.</summary>
    public const string OutputWeight = "o_proj.weight";

    /// <summary>b_q <c>[Heads * HeadDim]</c>.</summary>
    public const string QueryBias = "q_proj.bias";

    /// <summary>b_k <c>[KvHeads * HeadDim]</c>.</summary>
    public const string KeyBias = "k_proj.bias";

    /// <summary>b_v <c>[KvHeads * ValueDim]</c>.</summary>
    public const string ValueBias = "v_proj.bias";

    /// <summary>b_o <c>[DModel]</c>.</summary>
    public const string OutputBias = "o_proj.bias";

    /// <summary>The learned position table <c>[MaxLength, DModel]</c>, in memory and in files alike.</summary>
    public const string PositionTable = "position_embedding.weight";

    private const double TableDeviation = 0.02;

    // Streams of seeded draws: the four projections, the position table, then the extra tensors.
    private const int FirstExtraStream = 5;

    private readonly WeightTensor[] tensors;
    private readonly float[][] extraValues;
    private readonly ExtraWeight[] extras;
    private bool disposed;

    /// <summary>New weights.</summary>
    /// <param name="shape">Their sizes.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <exception cref="ArgumentException"><paramref name="shape"/> is <c>default</c>.</exception>
    public AttentionWeights(LayerShape shape, int seed = 0)
        : this(shape, seed, [])
    {
    }

    internal AttentionWeights(LayerShape shape, int seed, ExtraWeight[] extras)
    {
        if (shape.DModel == 0)
        {
            throw new ArgumentException("Expected a shape made by its constructor, but it is default: DModel and Heads are 0.", nameof(shape));
        }

        Shape = shape;
        Query = new Projection(shape.DModel, shape.Heads * shape.HeadDim, shape.Bias, shape.Precision);
        Key = new Projection(shape.DModel, shape.KvHeads * shape.HeadDim, shape.Bias, shape.Precision);
        Value = new Projection(shape.DModel, shape.KvHeads * shape.ValueDim, shape.Bias, shape.Precision);
        Output = new Projection(shape.Heads * shape.ValueDim, shape.DModel, shape.Bias, shape.Precision);
        Positions = new float[shape.LearnedPositions * shape.DModel];
        this.extras = extras;
        extraValues = [.. extras.Select(static extra => new float[Math.Max(extra.Rows, 1) * extra.Columns])];
        tensors = ListTensors();
        Initialise(seed);
    }

    /// <summary>Their sizes.</summary>
    public LayerShape Shape { get; }

    /// <summary>The tensors by name, with their shapes in memory.</summary>
    public IReadOnlyList<WeightTensor> Tensors => tensors;

    /// <summary>x to q.</summary>
    internal Projection Query { get; }

    /// <summary>x or memory to k.</summary>
    internal Projection Key { get; }

    /// <summary>x or memory to v.</summary>
    internal Projection Value { get; }

    /// <summary>Context to output.</summary>
    internal Projection Output { get; }

    /// <summary><c>[LearnedPositions, DModel]</c>.</summary>
    internal float[] Positions { get; }

    /// <summary>Reads one tensor, row-major, in its shape in memory.</summary>
    /// <param name="name">One of the names above.</param>
    /// <param name="destination">Receives the tensor's elements, exactly.</param>
    /// <exception cref="ArgumentException">These weights have no such tensor, or the span's length differs; nothing was written.</exception>
    /// <exception cref="ObjectDisposedException">The weights were disposed.</exception>
    public void CopyTo(string name, Span<float> destination)
    {
        WeightTensor tensor = Find(name);
        CheckLength(tensor, destination.Length, nameof(destination));
        tensor.CopyTo(destination);
    }

    /// <summary>Replaces one tensor; the next forward pass uses it.</summary>
    /// <param name="name">One of the names above.</param>
    /// <param name="source">The tensor's elements, row-major, in its shape in memory.</param>
    /// <exception cref="ArgumentException">These weights have no such tensor, the span's length differs, or a weight is stored as Int8 and an element is not finite; nothing was written.</exception>
    /// <exception cref="ObjectDisposedException">The weights were disposed.</exception>
    public void Set(string name, ReadOnlySpan<float> source)
    {
        WeightTensor tensor = Find(name);
        CheckLength(tensor, source.Length, nameof(source));
        if (!tensor.CanHold(source))
        {
            throw new ArgumentException($"{tensor} is stored as {Shape.Precision}, which takes only finite elements, but the span holds NaN or infinity.", nameof(source));
        }

        tensor.Set(source);
    }

    /// <summary>Writes all tensors in the safetensors format, FP32; weights as <c>[output features, input features]</c>.</summary>
    /// <param name="stream">Written from its current position; left open.</param>
    /// <exception cref="ObjectDisposedException">The weights were disposed.</exception>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ThrowIfDisposed();
        SafetensorsWriter.Write(stream, tensors);
    }

    /// <summary>Replaces all tensors by those of a safetensors file.</summary>
    /// <param name="stream">Read from its current position to its end; left open.</param>
    /// <exception cref="InvalidDataException">The file is not well formed, lacks, adds or misshapes a tensor, or holds what Int8 can't store; the weights are as they were.</exception>
    /// <exception cref="ObjectDisposedException">The weights were disposed.</exception>
    public void Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ThrowIfDisposed();
        float[][] values = SafetensorsReader.Read(stream, tensors);
        for (int i = 0; i < tensors.Length; i++)
        {
            if (!tensors[i].CanHold(values[i]))
            {
                throw new InvalidDataException($"Tensor \"{tensors[i].Name}\" holds NaN or infinity; the layer stores it as {Shape.Precision}, which takes only finite elements.");
            }
        }

        for (int i = 0; i < tensors.Length; i++)
        {
            tensors[i].Set(values[i]);
        }
    }

    /// <summary>Frees the native memory.</summary>
    public void Dispose()
    {
        disposed = true;
        Query.Dispose();
        Key.Dispose();
        Value.Dispose();
        Output.Dispose();
    }

    /// <summary>The elements of an extra tensor, row-major.</summary>
    internal float[] Extra(int index) => extraValues[index];

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(disposed, this);

    private WeightTensor[] ListTensors()
    {
        List<WeightTensor> list =
        [
            new(QueryWeight, Query.Weight),
            new(KeyWeight, Key.Weight),
            new(ValueWeight, Value.Weight),
            new(OutputWeight, Output.Weight),
        ];
        if (Shape.Bias)
        {
            list.Add(new(QueryBias, Query.Bias, 0, Query.Bias.Length));
            list.Add(new(KeyBias, Key.Bias, 0, Key.Bias.Length));
            list.Add(new(ValueBias, Value.Bias, 0, Value.Bias.Length));
            list.Add(new(OutputBias, Output.Bias, 0, Output.Bias.Length));
        }

        if (Shape.LearnedPositions > 0)
        {
            list.Add(new(PositionTable, Positions, Shape.LearnedPositions, Shape.DModel));
        }

        for (int n = 0; n < extras.Length; n++)
        {
            list.Add(new(extras[n].Name, extraValues[n], extras[n].Rows, extras[n].Columns));
        }

        return [.. list];
    }

    private void Initialise(int seed)
    {
        Projection[] projections = [Query, Key, Value, Output];
        for (int stream = 0; stream < projections.Length; stream++)
        {
            PackedMatrix weight = projections[stream].Weight;
            float[] values = new float[weight.Depth * weight.Columns];
            new WeightInitialiser(seed, stream).Xavier(values, weight.Depth, weight.Columns);
            weight.Set(values);
        }

        new WeightInitialiser(seed, projections.Length).Normal(Positions, TableDeviation);
        for (int n = 0; n < extras.Length; n++)
        {
            extras[n].Start.Fill(extraValues[n], seed, FirstExtraStream + n);
        }
    }

    private WeightTensor Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ThrowIfDisposed();
        return Array.Find(tensors, tensor => tensor.Name == name)
            ?? throw new ArgumentException($"There is no tensor \"{name}\"; expected one of {string.Join(", ", tensors.Select(tensor => tensor.Name))}.", nameof(name));
    }

    private static void CheckLength(WeightTensor tensor, int actual, string name)
    {
        if (actual != tensor.Length)
        {
            throw new ArgumentException($"Expected {tensor} = {tensor.Length} elements, but the span holds {actual}.", name);
        }
    }
}
