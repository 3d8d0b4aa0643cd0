namespace AttentionGen;

/// <content>Parameters that belong to single attention types; what a type does not have is reported as ATTN046.</content>
public sealed partial class AttentionAttribute
{
    /// <summary>strided: every key j with j mod Stride == 0 is visible (default 64). kvstrided: only those are kept at all (default 4).</summary>
    public int Stride { get; set; }

    /// <summary>strided: keys with |i - j| &lt;= Local are visible too. Default 1.</summary>
    public int Local { get; set; } = 1;

    /// <summary>block: positions in one block; a query sees the keys of its own. Default 64.</summary>
    public int BlockSize { get; set; } = 64;

    /// <summary>block: blocks visible to each side of the query's own. Default 0.</summary>
    public int Neighbours { get; set; }

    /// <summary>localglobal: the first n tokens are visible to every query, and as queries see every key. Default 4.</summary>
    public int GlobalTokens { get; set; } = 4;

    /// <summary>localglobal: one softmax over window and global tokens, or the mean of two. Default <see cref="FusionMode.Joint"/>.</summary>
    public FusionMode Fusion { get; set; }

    /// <summary>
    /// landmark: keys that are kept, evenly spaced from the first to the last. Default 64. A layer's <c>k_proj</c> acts on landmarks alone: it is what others
    /// call a separate landmark projection.
    /// </summary>
    public int Landmarks { get; set; } = 64;

    /// <summary>relative: distances are clipped to plus or minus this. Default 32.</summary>
    public int MaxRelativePosition { get; set; } = 32;

    /// <summary>relative: whether distances also have value vectors (Shaw et al. 2018, equation 3). Default true.</summary>
    public bool Values { get; set; } = true;

    /// <summary>relative: whether the distance term is multiplied by the scale, as q.k is (Shaw et al. 2018, equation 4). Default true.</summary>
    public bool Scaled { get; set; } = true;

    /// <summary>t5: buckets of distance, each with a learned bias per head; even. Default 32. With t5 the default <see cref="Scale"/> is 1.</summary>
    public int Buckets { get; set; } = 32;

    /// <summary>t5: distances from here on share the last bucket. Default 128.</summary>
    public int MaxDistance { get; set; } = 128;

    /// <summary>t5: half of the buckets are for keys after the query. Default: true; under a causal mask there are no such keys, and it has no effect.</summary>
    public bool Bidirectional { get; set; } = true;

    /// <summary>crossmemory: r in <c>r * cross + (1 - r) * local</c>, from 0 to 1. Default 0.5.</summary>
    public double FusionRatio { get; set; } = 0.5;

    /// <summary>crossmemory: adds the local features once more, as a residual connection.</summary>
    public bool Residual { get; set; }

    /// <summary>performer: random features. Default 256.</summary>
    public int Features { get; set; } = 256;

    /// <summary>performer: the kernel that the features approximate. Default <see cref="FeatureKernel.SoftmaxPlus"/>.</summary>
    public FeatureKernel Kernel { get; set; }

    /// <summary>performer: seed of the random features. The same seed gives the same features.</summary>
    public int FeatureSeed { get; set; }

    /// <summary>linear: the map applied to queries and keys as they are; there is no scale, so Scale and Temperature have no effect. Default <see cref="LinearFeatureMap.EluPlusOne"/>.</summary>
    public LinearFeatureMap FeatureMap { get; set; }

    /// <summary>differential: lambda in <c>softmax1 - lambda * softmax2</c>. Default 0.8.</summary>
    public double Lambda { get; set; } = 0.8;

    /// <summary>mamba: states of each channel. Default 16.</summary>
    public int StateSize { get; set; } = 16;

    /// <summary>mamba: channels of the scan for each feature of <see cref="DModel"/>. Default 2.</summary>
    public int Expansion { get; set; } = 2;

    /// <summary>mamba layers: positions that the causal convolution before the scan sees, the current one included. Default 4.</summary>
    public int Convolution { get; set; } = 4;

    /// <summary>mamba layers: rank of the projection that gives step sizes. Default: <c>DModel / 16</c>, rounded up.</summary>
    public int DtRank { get; set; }
}
