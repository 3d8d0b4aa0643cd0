using AttentionGen;

namespace QuickStart.Catalogue;

// One declaration for each attention type, encoding and modifier, in a shape small enough to check against the definition.

/// <summary>Every key.</summary>
[Attention(Type = "standard", Heads = 2, HeadDim = 16)]
public static partial class Standard;

/// <summary>Keys at or before the query.</summary>
[Attention(Type = "causal", Heads = 2, HeadDim = 16)]
public static partial class Causal;

/// <summary>A window around the query, and the first keys.</summary>
[Attention(Type = "local", Window = 32, Sinks = 2, Heads = 2, HeadDim = 16)]
public static partial class Local;

/// <summary>Every sixteenth key and the neighbours.</summary>
[Attention(Type = "strided", Stride = 16, Local = 4, Heads = 2, HeadDim = 16)]
public static partial class Strided;

/// <summary>Every fourth key.</summary>
[Attention(Type = "kvstrided", Stride = 4, Heads = 2, HeadDim = 16)]
public static partial class KvStrided;

/// <summary>The query's block and those next to it.</summary>
[Attention(Type = "block", BlockSize = 32, Neighbours = 1, Heads = 2, HeadDim = 16)]
public static partial class Block;

/// <summary>A window, and tokens that see and are seen by all.</summary>
[Attention(Type = "localglobal", Window = 32, GlobalTokens = 4, Heads = 2, HeadDim = 16)]
public static partial class LocalGlobal;

/// <summary>The same as the mean of two softmaxes.</summary>
[Attention(Type = "localglobal", Window = 32, GlobalTokens = 4, Fusion = FusionMode.Average, Heads = 2, HeadDim = 16)]
public static partial class LocalGlobalAverage;

/// <summary>Evenly spaced keys.</summary>
[Attention(Type = "landmark", Landmarks = 32, Heads = 2, HeadDim = 16)]
public static partial class Landmark;

/// <summary>Learned vectors for distances, in keys and in values.</summary>
[Attention(Type = "relative", MaxRelativePosition = 16, Heads = 2, HeadDim = 16)]
public static partial class Relative;

/// <summary>A learned bias per bucket of distance.</summary>
[Attention(Type = "t5", Scale = 1, Heads = 2, HeadDim = 16)]
public static partial class T5;

/// <summary>Another sequence's tokens, mixed with local features.</summary>
[Attention(Type = "crossmemory", FusionRatio = 0.25, Heads = 2, HeadDim = 16)]
public static partial class CrossMemory;

/// <summary>Every key but the query's own.</summary>
[Attention(Type = "exclusive", Heads = 2, HeadDim = 16)]
public static partial class Exclusive;

/// <summary>A feature map and a running state; time grows linearly with length.</summary>
[Attention(Type = "linear", Heads = 2, HeadDim = 16)]
public static partial class Linear;

/// <summary>Softmax by random features; time grows linearly with length.</summary>
[Attention(Type = "performer", Features = 64, Heads = 2, HeadDim = 16)]
public static partial class Performer;

/// <summary>A selective state space: no scores, one state a channel, time that grows linearly with length.</summary>
[Attention(Type = "mamba", DModel = 32, StateSize = 16)]
public static partial class Mamba;

/// <summary>Whatever the class's own function says: here every third key, backwards from the query.</summary>
[Attention(Type = "custom", Heads = 2, HeadDim = 16)]
public static partial class Custom
{
    private static bool Keep(int query, int key) => key <= query && (query - key) % 3 == 0;
}

/// <summary>The difference of two softmaxes.</summary>
[Attention(Type = "differential", Lambda = 0.6, Heads = 2, HeadDim = 16)]
public static partial class Differential;

/// <summary>Rotated queries and keys.</summary>
[Attention(Type = "standard", Heads = 2, HeadDim = 16)]
[PositionalEncoding("rope")]
public static partial class Rope;

/// <summary>Rotation stretched to four times the length of training.</summary>
[Attention(Type = "standard", Heads = 2, HeadDim = 16)]
[PositionalEncoding("rope", Scaling = RotaryScaling.Yarn, ScalingFactor = 4, OriginalMaxLength = 64)]
public static partial class StretchedRope;

/// <summary>Rotation by several position axes.</summary>
[Attention(Type = "standard", Heads = 2, HeadDim = 16)]
[PositionalEncoding("mrope", Sections = new[] { 2, 3, 3 })]
public static partial class Mrope;

/// <summary>Rotation with decay.</summary>
[Attention(Type = "standard", Heads = 2, HeadDim = 16)]
[PositionalEncoding("xpos")]
public static partial class Xpos;

/// <summary>Learned vectors for distances, on a windowed attention.</summary>
[Attention(Type = "local", Window = 32, Heads = 2, HeadDim = 16)]
[PositionalEncoding("relative")]
public static partial class RelativeOnLocal;

/// <summary>Learned buckets of distance, on a causal attention.</summary>
[Attention(Type = "causal", Scale = 1, Heads = 2, HeadDim = 16)]
[PositionalEncoding("t5")]
public static partial class T5OnCausal;

/// <summary>A bell curve around the query.</summary>
[Attention(Type = "standard", Heads = 2, HeadDim = 16)]
[PositionalEncoding("gaussian", Deviation = 24)]
public static partial class Gaussian;

/// <summary>Scores that fall with distance.</summary>
[Attention(Type = "causal", Heads = 2, HeadDim = 16)]
[PositionalEncoding("alibi")]
public static partial class Alibi;

/// <summary>No positions at all.</summary>
[Attention(Type = "standard", Heads = 2, HeadDim = 16)]
[PositionalEncoding("none")]
public static partial class NoPositions;

/// <summary>Sines and cosines added to a layer's input.</summary>
[Attention(Type = "standard", DModel = 32, Heads = 2)]
[PositionalEncoding("sinusoidal")]
public partial class Sinusoidal;

/// <summary>A learned table added to a layer's input.</summary>
[Attention(Type = "standard", DModel = 32, Heads = 2)]
[PositionalEncoding("learned")]
public partial class Learned;

/// <summary>Four query heads on two key/value heads.</summary>
[Attention(Type = "standard", Heads = 4, KvHeads = 2, HeadDim = 16)]
public static partial class Grouped;

/// <summary>Scores bounded by a hyperbolic tangent.</summary>
[Attention(Type = "standard", Softcap = 2, Heads = 2, HeadDim = 16)]
public static partial class Softcapped;

/// <summary>Queries and keys of unit length.</summary>
[Attention(Type = "standard", QkNorm = QkNormalisation.L2, Scale = 10, Heads = 2, HeadDim = 16)]
public static partial class Normalised;
