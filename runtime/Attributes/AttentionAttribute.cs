namespace AttentionGen;

/// <summary>
/// Declares an attention on a partial class; the source generator writes its kernel.
/// On a <c>static partial class</c> it becomes a kernel host: <c>Forward(query, key, value, output, ...)</c>.
/// On a non-static <c>partial class</c> it becomes a layer host that owns W_q, W_k, W_v and W_o: <c>Forward(input, output, ...)</c>.
/// </summary>
/// <remarks>
/// The shape (<see cref="Heads"/> with <see cref="DModel"/> or <see cref="HeadDim"/>) may be given here or once by <see cref="ModelAttribute"/>
/// on the class or the assembly. Batch and sequence lengths are run-time values: they never recompile anything.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed partial class AttentionAttribute : Attribute
{
    /// <summary>Declares softmax attention over all visible keys, or the type set by <see cref="Type"/>.</summary>
    public AttentionAttribute()
    {
    }

    /// <summary>Declares an attention of the named type.</summary>
    /// <param name="type">One of <see cref="AttentionTypes"/>.</param>
    public AttentionAttribute(string type) => Type = type;

    /// <summary>The attention type; see <see cref="AttentionTypes"/>. Default: <c>"standard"</c>.</summary>
    public string Type { get; set; } = AttentionTypes.Standard;

    /// <summary>Model width: features of a layer's input and output. Head dim is <c>DModel / Heads</c> unless <see cref="HeadDim"/> is set.</summary>
    public int DModel { get; set; }

    /// <summary>Number of query heads.</summary>
    public int Heads { get; set; }

    /// <summary>Number of key/value heads; divides <see cref="Heads"/> (grouped-query attention, Ainslie et al. 2023). Default: <see cref="Heads"/>.</summary>
    public int KvHeads { get; set; }

    /// <summary>Features of one query or key head. Default: <c>DModel / Heads</c>.</summary>
    public int HeadDim { get; set; }

    /// <summary>Features of one value head. Default: <see cref="HeadDim"/>.</summary>
    public int ValueDim { get; set; }

    /// <summary>The longest query sequence, in positions, that will be passed; 0 leaves it open. Longer input throws.</summary>
    public int MaxLength { get; set; }

    /// <summary>The longest key sequence, in positions, when it differs from <see cref="MaxLength"/> (cross-attention); 0 means <see cref="MaxLength"/>.</summary>
    public int MaxKeyLength { get; set; }

    /// <summary>Keys and values come from another sequence (cross-attention); a layer host then takes a second input.</summary>
    public bool Cross { get; set; }

    /// <summary>Key j is visible to query i only when j &lt;= i (after <see cref="CausalAlignment"/>).</summary>
    public bool Causal { get; set; }

    /// <summary>Where query and key indices line up when their lengths differ. Moves causal masks, windows and distance biases alike.</summary>
    public CausalAlignment CausalAlignment { get; set; }

    /// <summary>Local attention: the symmetric window w; key j is visible to query i when |i - j| &lt;= w/2, inclusive.</summary>
    public int Window { get; set; } = 128;

    /// <summary>Local attention: keys visible to the left of the query; replaces <see cref="Window"/>.</summary>
    public int WindowLeft { get; set; }

    /// <summary>Local attention: keys visible to the right of the query; replaces <see cref="Window"/>.</summary>
    public int WindowRight { get; set; }

    /// <summary>Local attention: the first n keys are visible to every query (attention sinks, Xiao et al. 2023).</summary>
    public int Sinks { get; set; }

    /// <summary>Factor on q.k. Default: <c>1 / (sqrt(HeadDim) * Temperature)</c>; with t5, as type or encoding, <c>1 / Temperature</c>.</summary>
    public double Scale { get; set; }

    /// <summary>Softmax temperature; scores are divided by it. Default 1.</summary>
    public double Temperature { get; set; } = 1;

    /// <summary>What kernels are written for. <c>KernelTargets.Cpu | KernelTargets.Gpu</c> adds a <c>Forward</c> over tensors in a GPU's memory; it needs the package AttentionGen.Gpu.</summary>
    public KernelTargets Targets { get; set; } = KernelTargets.Cpu;

    /// <summary>
    /// What GPU kernels multiply. <see cref="GpuPrecision.Half"/> and <see cref="GpuPrecision.BFloat16"/> run on tensor cores where the device has them and the call
    /// allows it, and in FP32 elsewhere; <c>SelectGpuKernel</c> tells which. They add a <c>Forward</c> over tensors of 16-bit elements.
    /// </summary>
    public GpuPrecision GpuPrecision { get; set; }

    /// <summary>Layer hosts: adds bias vectors to the four projections.</summary>
    public bool Bias { get; set; }

    /// <summary>Layer hosts: how the weights of the four projections are stored; they are rounded when they are set or loaded.</summary>
    public WeightPrecision WeightPrecision { get; set; }
}
