namespace AttentionGen;

/// <summary>
/// Beside <c>[Attention]</c>: the class, a kernel or a layer, gets <c>Append</c>, <c>Prefill</c> and <c>Decode</c> over an <see cref="IKvCache"/> of the shape
/// <c>CacheShape</c>. For causal attention by softmax; keys are stored normalised and rotated, so positions continue from the cache's length. So do those that a layer adds to its input.
/// </summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class KvCacheAttribute : Attribute
{
    /// <summary>How keys and values are stored. Default: FP32.</summary>
    public KvPrecision Precision { get; set; }

    /// <summary>Int8 only: features that share a scale, a divisor of the head dim and the value dim. Default 0: all features of a token and head.</summary>
    public int QuantBlock { get; set; }

    /// <summary>Tokens of a page, a multiple of 16. Default: 64.</summary>
    public int PageTokens { get; set; } = 64;

    /// <summary>The most tokens of a sequence; 0 leaves it open. LongRoPE chooses its factors by it.</summary>
    public int Capacity { get; set; }
}
