using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Stages;

/// <summary>The kernel of a <see cref="KernelFamily.Scan"/> declaration as numbers: blocks of channels, chunks of positions, groups of states, workspace.</summary>
public sealed class ScanPlan
{
    /// <summary>Channels that pass through a chunk at once: whole cache lines of a row, and few enough that a chunk of them stays in the first-level cache.</summary>
    public const int ChannelBlock = 64;

    /// <summary>Positions whose step sizes are prepared at a time: states are loaded and stored once for each.</summary>
    public const int Chunk = 32;

    // Rates and states of a work item: 256 KiB, so that they stay in the second-level cache from one chunk to the next.
    private const int MostItemStates = 1 << 15;

    // States that stay in registers beside the constants of an exponential: 16 of 32 registers, or 8 of 16.
    private const int MostStates = 16;

    private readonly List<WorkspaceBuffer> _buffers = [];

    public ScanPlan(AttentionSpec spec, Dialect dialect)
    {
        Shape = MambaShape.Of(spec);
        Dialect = dialect;
        HasConvolution = !spec.Host.IsStatic;
        Add("Rates", ItemChannels * Shape.StateSize, "A of the channels [channels / lanes, states, lanes]");
        Add("States", ItemChannels * Shape.StateSize, "the states likewise");
        Add("Skip", ItemChannels, "D [channels]");
        Add("Steps", Chunk * ChannelBlock, "softplus(delta) * log2(e) [chunk, channels of a block]");
        Add("Inputs", Chunk * ChannelBlock, "softplus(delta) * u [chunk, channels of a block]");
        Add("Outputs", Chunk * ChannelBlock, "sums over states, before the gate [chunk, channels of a block]");
        if (HasConvolution)
        {
            Add("Taps", ItemChannels * Shape.Convolution, "weights of the convolution [positions, channels]");
            Add("Bias", ItemChannels, "its bias [channels]");
            Add("Seen", ItemChannels * (Shape.Convolution - 1), "the rows before a chunk [positions, channels]");
            Add("Window", (Chunk + Shape.Convolution - 1) * ChannelBlock, "the rows a chunk sees, its own last [positions, channels of a block]");
        }
    }

    public MambaShape Shape { get; }

    public Dialect Dialect { get; }

    /// <summary>Channels of one work item at most: whole blocks.</summary>
    public int ItemChannels
    {
        get
        {
            int blocks = (Shape.InnerDim + ChannelBlock - 1) / ChannelBlock;
            return ChannelBlock * Math.Min(blocks, Math.Max(1, MostItemStates / Shape.StateSize / ChannelBlock));
        }
    }

    /// <summary>Whether rows that come next are asked for: where a register holds many channels of a line.</summary>
    public bool AsksAhead => Dialect.Lanes > 1;

    /// <summary>Whether the class has the causal convolution too: a layer.</summary>
    public bool HasConvolution { get; }

    public IReadOnlyList<WorkspaceBuffer> Buffers => _buffers;

    /// <summary>Bytes of workspace per thread.</summary>
    public int WorkspaceBytes { get; private set; }

    /// <summary>How the states of a channel are cut into groups that stay in registers.</summary>
    public IReadOnlyList<int> Groups
    {
        get
        {
            int most = Dialect.Lanes == 16 ? MostStates : MostStates / 2;
            return [.. Enumerable.Range(0, (Shape.StateSize + most - 1) / most).Select(group => Math.Min(most, Shape.StateSize - (group * most)))];
        }
    }

    /// <summary>The dialects that the kernel's class has code for: its own, and plain floats for channels past the last whole register.</summary>
    public IEnumerable<Dialect> Dialects => Dialect.Lanes == 1 || Shape.InnerDim % Dialect.Lanes == 0 ? [Dialect] : [Dialect, Dialect.Scalar];

    private void Add(string name, int floats, string contents)
    {
        const int Line = 64;
        _buffers.Add(new WorkspaceBuffer(name, WorkspaceBytes, floats, contents));
        WorkspaceBytes += ((floats * sizeof(float)) + Line - 1) / Line * Line;
    }
}
