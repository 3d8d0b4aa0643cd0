namespace AttentionGen.Generator.Catalog;

/// <summary>What kind of kernel computes an attention type.</summary>
public enum KernelFamily
{
    /// <summary>Softmax over visible keys, tile by tile.</summary>
    Softmax,

    /// <summary>Feature maps and a running state [features, value dim]; cost grows linearly with the length.</summary>
    Linear,

    /// <summary>A state for each channel, taken on position by position; there are no queries, keys or scores.</summary>
    Scan,
}
