namespace AttentionGen;

/// <summary>The attention types by name, for <see cref="AttentionAttribute.Type"/>.</summary>
public static class AttentionTypes
{
    /// <summary>Softmax over all visible keys (Vaswani et al. 2017).</summary>
    public const string Standard = "standard";

    /// <summary>Key j is visible to query i when j &lt;= i.</summary>
    public const string Causal = "causal";

    /// <summary>Keys within a window around the query (Longformer, Beltagy et al. 2020), with optional sinks.</summary>
    public const string Local = "local";

    /// <summary>Every n-th key and the nearest ones (Sparse Transformer, Child et al. 2019).</summary>
    public const string Strided = "strided";

    /// <summary>Keys and values subsampled: every n-th key.</summary>
    public const string KvStrided = "kvstrided";

    /// <summary>Keys of the query's own block, and of neighbouring ones.</summary>
    public const string Block = "block";

    /// <summary>A window and a few global tokens (Longformer, Beltagy et al. 2020).</summary>
    public const string LocalGlobal = "localglobal";

    /// <summary>A fixed number of evenly spaced keys.</summary>
    public const string Landmark = "landmark";

    /// <summary>The class's own <c>static bool Keep(int query, int key)</c>.</summary>
    public const string Custom = "custom";

    /// <summary>Learned vectors for clipped distances (Shaw et al. 2018).</summary>
    public const string Relative = "relative";

    /// <summary>A learned bias per head and bucket of distance (T5, Raffel et al. 2020).</summary>
    public const string T5 = "t5";

    /// <summary>Cross-attention to memory tokens, mixed with the local features.</summary>
    public const string CrossMemory = "crossmemory";

    /// <summary>Softmax attention by positive orthogonal random features (FAVOR+, Choromanski et al. 2021).</summary>
    public const string Performer = "performer";

    /// <summary>Attention by a feature map and a running state (Katharopoulos et al. 2020).</summary>
    public const string Linear = "linear";

    /// <summary>The difference of two softmaxes (Differential Transformer, Ye et al. 2024).</summary>
    public const string Differential = "differential";

    /// <summary>Every key but the query's own (diagonal masking, Lee et al. 2021).</summary>
    public const string Exclusive = "exclusive";

    /// <summary>A selective state space (Mamba, Gu and Dao 2023).</summary>
    public const string Mamba = "mamba";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Standard,
        Causal,
        Local,
        Strided,
        KvStrided,
        Block,
        LocalGlobal,
        Landmark,
        Custom,
        Relative,
        T5,
        CrossMemory,
        Performer,
        Linear,
        Differential,
        Exclusive,
        Mamba,
    ];

    /// <summary>The name that a name or alias stands for, whatever its case, or null.</summary>
    public static string? Find(string name)
    {
        string written = name.Trim().ToLowerInvariant();
        return All.Contains(written, StringComparer.Ordinal) ? written : written switch
        {
            "mha" or "sdpa" or "scaled_dot_product_attention" => Standard,
            "blockwise" => Block,
            _ => null,
        };
    }
}

/// <summary>The positional encodings by name, for <see cref="PositionalEncodingAttribute"/>.</summary>
public static class PositionalEncodings
{
    /// <summary>No position enters the attention.</summary>
    public const string None = "none";

    /// <summary>Sines and cosines added to the layer's input (Vaswani et al. 2017).</summary>
    public const string Sinusoidal = "sinusoidal";

    /// <summary>A learned table added to the layer's input (Gehring et al. 2017).</summary>
    public const string Learned = "learned";

    /// <summary>Rotation of queries and keys (RoFormer, Su et al. 2021).</summary>
    public const string Rope = "rope";

    /// <summary>A linear distance penalty on the scores (ALiBi, Press et al. 2021).</summary>
    public const string Alibi = "alibi";

    /// <summary>Rotation whose frequencies are shared out over several position axes (M-RoPE, Qwen2-VL 2024).</summary>
    public const string Mrope = "mrope";

    /// <summary>Rotation with exponential decay (XPos, Sun et al. 2022).</summary>
    public const string Xpos = "xpos";

    /// <summary>Learned vectors for clipped distances (Shaw et al. 2018).</summary>
    public const string Relative = "relative";

    /// <summary>A learned bias per head and bucket of distance (T5, Raffel et al. 2020).</summary>
    public const string T5 = "t5";

    /// <summary>A penalty that grows with the square of the distance (local Gaussian, Yang et al. 2018).</summary>
    public const string Gaussian = "gaussian";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        None,
        Sinusoidal,
        Learned,
        Rope,
        Alibi,
        Mrope,
        Xpos,
        Relative,
        T5,
        Gaussian,
    ];

    /// <summary>The name that a name or alias stands for, whatever its case, or null.</summary>
    public static string? Find(string name)
    {
        string written = name.Trim().ToLowerInvariant();
        return All.Contains(written, StringComparer.Ordinal) ? written : written switch
        {
            "rotary" => Rope,
            _ => null,
        };
    }
}
