namespace AttentionGen;

/// <summary>How positions enter the attention declared on the same class. Several may be combined.</summary>
/// <param name="type">One of <see cref="PositionalEncodings"/>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class PositionalEncodingAttribute(string type) : Attribute
{
    /// <summary>The encoding; see <see cref="PositionalEncodings"/>.</summary>
    public string Type { get; } = type;

    /// <summary>sinusoidal, rope: the base of the geometric frequency progression. Default 10000.</summary>
    public double Base { get; set; } = 10000;

    /// <summary>sinusoidal, learned: positions in the table. Defaults: 5000 and 512.</summary>
    public int MaxLength { get; set; }

    /// <summary>sinusoidal, on a layer: the sines and cosines are only where a learned table starts from. Default false.</summary>
    public bool Learnable { get; set; }

    /// <summary>rope: which features are rotated together. Default <see cref="RotaryLayout.Half"/>.</summary>
    public RotaryLayout Layout { get; set; }

    /// <summary>rope: features of each head that are rotated, from the first; even. Default: the head dim.</summary>
    public int RotaryDim { get; set; }

    /// <summary>alibi: one slope per head. Default: the power-of-two convention (Press et al. 2021), interpolated otherwise.</summary>
    public float[]? Slopes { get; set; }

    /// <summary>learned, alibi: says that it is meant to stand beside a rotary encoding (ATTN017). Default false.</summary>
    public bool Combined { get; set; }

    /// <summary>rope: how it is stretched past the length it was trained on. Default <see cref="RotaryScaling.None"/>.</summary>
    public RotaryScaling Scaling { get; set; }

    /// <summary>rope with a scaling: the factor by which sequences are longer than in training. Default 1.</summary>
    public double ScalingFactor { get; set; } = 1;

    /// <summary>rope with ntk, yarn, longrope or llama3 scaling: positions the model was trained on.</summary>
    public int OriginalMaxLength { get; set; }

    /// <summary>yarn: rotations over the original length from which frequencies stay as they are. Default 32.</summary>
    public double BetaFast { get; set; } = 32;

    /// <summary>yarn: rotations over the original length up to which frequencies are interpolated in full. Default 1.</summary>
    public double BetaSlow { get; set; } = 1;

    /// <summary>yarn, longrope: factor on rotated queries and keys. Default: by the method's formula.</summary>
    public double AttentionFactor { get; set; }

    /// <summary>llama3: wavelengths longer than OriginalMaxLength / this are divided by the factor. Default 1.</summary>
    public double LowFrequencyFactor { get; set; } = 1;

    /// <summary>llama3: wavelengths shorter than OriginalMaxLength / this stay as they are. Default 4.</summary>
    public double HighFrequencyFactor { get; set; } = 4;

    /// <summary>longrope: one factor per frequency, used up to OriginalMaxLength.</summary>
    public float[]? ShortFactors { get; set; }

    /// <summary>longrope: one factor per frequency, used past OriginalMaxLength.</summary>
    public float[]? LongFactors { get; set; }

    /// <summary>mrope: frequencies that turn by each position axis in turn; they add up to RotaryDim / 2.</summary>
    public int[]? Sections { get; set; }

    /// <summary>xpos: positions over which the decay acts once. Default 512.</summary>
    public double ScaleBase { get; set; } = 512;

    /// <summary>gaussian: the distance at which a weight falls to exp(-1/2). Default 64.</summary>
    public double Deviation { get; set; } = 64;

    /// <summary>relative: distances are clipped to plus or minus this. Default 32.</summary>
    public int MaxRelativePosition { get; set; } = 32;

    /// <summary>relative: whether distances also have value vectors. Default true.</summary>
    public bool Values { get; set; } = true;

    /// <summary>relative: whether the distance term is multiplied by the scale, as q.k is. Default true.</summary>
    public bool Scaled { get; set; } = true;

    /// <summary>t5: buckets of distance, each with a learned bias per head; even. Default 32. With t5 the default <see cref="AttentionAttribute.Scale"/> is 1.</summary>
    public int Buckets { get; set; } = 32;

    /// <summary>t5: distances from here on share the last bucket. Default 128.</summary>
    public int MaxDistance { get; set; } = 128;

    /// <summary>t5: half of the buckets are for keys after the query. Default: true; under a causal mask there are no such keys, and it has no effect.</summary>
    public bool Bidirectional { get; set; } = true;
}
