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

    /// <summary>Channels that a kernel takes through a chunk of positions at once; work items hold whole blocks.</summary>
    public required int ChannelBlock { get; init; }

    /// <summary>Channels of one work item at most: what the workspace has room for.</summary>
    public required int ItemChannels { get; init; }

    /// <summary>Bytes of workspace per thread.</summary>
    public required int WorkspaceBytes { get; init; }

    /// <summary>The most positions of a sequence, or 0.</summary>
    public int MaxLength { get; init; }

    /// <summary>Positions that the causal convolution of a layer sees; 0: there is none.</summary>
    public int Convolution { get; init; }

    /// <summary>Floats that one sequence leaves behind: its states, then the rows that the convolution saw last.</summary>
    internal int StateFloats => checked(InnerDim * (StateSize + Math.Max(Convolution - 1, 0)));

    /// <summary>
    /// Channels of a work item. Few items of many channels: every item walks all rows of its sequence, and a page of memory holds only a
    /// row or two, so that each item pays for every page anew. One item for each thread where there is one sequence; two where several may differ in length.
    /// </summary>
    internal int ChannelsOfItem(int sequences, int threads)
    {
        int wanted = threads == 1 ? 1 : sequences == 1 ? threads : Quotient(2 * threads, sequences);
        int blocks = Quotient(InnerDim, ChannelBlock);
        return Math.Min(Quotient(blocks, Math.Min(wanted, blocks)) * ChannelBlock, ItemChannels);
    }

    /// <summary>Work items of one sequence.</summary>
    internal int Items(int channelsOfItem) => Quotient(InnerDim, channelsOfItem);

    private static int Quotient(int value, int divisor) => (value + divisor - 1) / divisor;
}
