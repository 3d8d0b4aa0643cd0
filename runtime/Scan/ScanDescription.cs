using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>The compile-time facts of one declared scan, for the checks and the launch that all scans share.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ScanDescription
{
    /// <summary>The declared class, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>Channels.</summary>
    public required int InnerDim { get; init; }

    /// <summary>States of each channel.</summary>
    public required int StateSize { get; init; }

    /// <summary>Channels of one work item at most.</summary>
    public required int ChannelBlock { get; init; }

    /// <summary>Bytes of workspace per thread.</summary>
    public required int WorkspaceBytes { get; init; }

    /// <summary>The most positions of a sequence, or 0.</summary>
    public int MaxLength { get; init; }

    /// <summary>Positions that the causal convolution of a layer sees; 0: there is none.</summary>
    public int Convolution { get; init; }

    /// <summary>Floats that one sequence leaves behind: its states, then the rows that the convolution saw last.</summary>
    internal int StateFloats => checked(InnerDim * (StateSize + Math.Max(Convolution - 1, 0)));

    /// <summary>Blocks of channels in one sequence.</summary>
    internal int Blocks => (InnerDim + ChannelBlock - 1) / ChannelBlock;
}
