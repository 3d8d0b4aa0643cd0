namespace AttentionGen;

/// <summary>Where query and key indices line up when the query and key lengths differ.</summary>
public enum CausalAlignment
{
    /// <summary>Not stated: only equal lengths are accepted where it would matter.</summary>
    Unspecified = 0,

    /// <summary>Query 0 lines up with key 0.</summary>
    TopLeft = 1,

    /// <summary>The last query lines up with the last key, as in decoding: query i stands at key <c>i + keyLength - queryLength</c>.</summary>
    BottomRight = 2,
}

/// <summary>Which two features a rotary encoding turns together.</summary>
public enum RotaryLayout
{
    /// <summary>Feature i with feature i + RotaryDim/2 (GPT-NeoX, Llama in Hugging Face's layout).</summary>
    Half = 0,

    /// <summary>Feature 2i with feature 2i + 1 (RoFormer, GPT-J, Llama's own layout).</summary>
    Interleaved = 1,
}

/// <summary>How local and global attention come together.</summary>
public enum FusionMode
{
    /// <summary>One softmax over the window and the global tokens.</summary>
    Joint = 0,

    /// <summary>The mean of a softmax over the window and a softmax over the global tokens.</summary>
    Average = 1,
}

/// <summary>The kernel that a performer's random features stand for (Choromanski et al. 2021).</summary>
public enum FeatureKernel
{
    /// <summary>The softmax kernel by positive features: <c>exp(w.x - |x|^2 / 2)</c>.</summary>
    SoftmaxPlus = 0,

    /// <summary><c>max(w.x, 0) + 0.001</c>.</summary>
    Relu = 1,

    /// <summary><c>elu(w.x) + 1</c>.</summary>
    Elu = 2,
}

/// <summary>The map that linear attention applies to queries and keys.</summary>
public enum LinearFeatureMap
{
    /// <summary><c>elu(x) + 1</c> (Katharopoulos et al. 2020).</summary>
    EluPlusOne = 0,
}

/// <summary>How query and key head rows are normalised.</summary>
public enum QkNormalisation
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>Divided by their root mean square, times a learned gain (Zhang and Sennrich 2019).</summary>
    Rms = 1,

    /// <summary>Divided by their Euclidean norm (Henry et al. 2020).</summary>
    L2 = 2,
}

/// <summary>How a rotary encoding is stretched past the length it was trained on.</summary>
public enum RotaryScaling
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>Positions are divided by the factor (Chen et al. 2023).</summary>
    Linear = 1,

    /// <summary>The base grows with the factor (NTK-aware interpolation, bloc97 2023).</summary>
    Ntk = 2,

    /// <summary>High frequencies stay, low ones are interpolated, scores are rescaled (YaRN, Peng et al. 2023).</summary>
    Yarn = 3,

    /// <summary>A factor for every frequency, one set for short and one for long sequences (LongRoPE, Ding et al. 2024).</summary>
    LongRope = 4,

    /// <summary>Low frequencies are divided by the factor, with a smooth passage (Llama 3.1, 2024).</summary>
    Llama3 = 5,
}

/// <summary>How keys and values stand in a KV cache. Arithmetic is in FP32 whatever the storage.</summary>
public enum KvPrecision
{
    /// <summary>FP32, 4 bytes, exact.</summary>
    Single = 0,

    /// <summary>IEEE binary16, 2 bytes: 11 significant bits, largest finite value 65504; rounded to nearest even.</summary>
    Half = 1,

    /// <summary>The upper half of an FP32, 2 bytes: 8 significant bits, FP32's range; rounded to nearest even.</summary>
    BFloat16 = 2,

    /// <summary>A signed byte times a scale shared by a block of features: symmetric, scale = largest magnitude / 127, error at most half a scale.</summary>
    Int8 = 3,
}

/// <summary>What kernels are written for.</summary>
[Flags]
public enum KernelTargets
{
    /// <summary>Every processor: SIMD in four widths.</summary>
    Cpu = 1,

    /// <summary>GPUs, through ILGPU.</summary>
    Gpu = 2,
}

/// <summary>
/// What GPU kernels multiply. Sums, maxima and exponentials are FP32 always; so are calls on devices without tensor cores (those before CUDA compute capability 8.0).
/// </summary>
public enum GpuPrecision
{
    /// <summary>FP32 elements.</summary>
    Single = 0,

    /// <summary>Queries, keys, values and weights are rounded to IEEE binary16: 11 significant bits, largest finite value 65504.</summary>
    Half = 1,

    /// <summary>Queries, keys, values and weights are rounded to bfloat16: 8 significant bits, FP32's range.</summary>
    BFloat16 = 2,
}

/// <summary>How a layer keeps the weights of its four projections. Arithmetic is in FP32 whatever the storage; biases and other tensors stay FP32.</summary>
public enum WeightPrecision
{
    /// <summary>FP32, 4 bytes, exact.</summary>
    Single = 0,

    /// <summary>The upper half of an FP32, 2 bytes: each weight to 8 significant bits, rounded to nearest even.</summary>
    BFloat16 = 1,

    /// <summary>
    /// A signed byte times a scale, 1.06 bytes: every 64 weights of one output feature share a scale, their largest magnitude / 127; each weight is off by at most half of it.
    /// </summary>
    Int8 = 2,
}
