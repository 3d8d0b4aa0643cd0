using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace AttentionGen.Kernels;

/// <summary>
/// Where a scan will read and write next, one cache line of a row of each tensor. Asked for a line at a time between the exponentials: asked
/// for all at once, the lines would queue for the core's few fill buffers and the arithmetic behind them would wait.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct ScanAhead
{
    private byte* _input;
    private byte* _delta;
    private byte* _gate;
    private byte* _output;
    private readonly nint _inputStride;
    private readonly nint _deltaStride;
    private readonly nint _gateStride;
    private readonly nint _outputStride;

    private ScanAhead(byte* anywhere) => _input = _delta = _gate = _output = anywhere;

    private ScanAhead(ScanCall* call, in ScanItem next, int first, int channel)
    {
        _input = First(call->Input, next, first, channel, out _inputStride);
        _delta = First(call->Delta, next, first, channel, out _deltaStride);
        _output = First(call->Output, next, first, channel, out _outputStride);
        _gate = call->Gate.Data == null ? _output : First(call->Gate, next, first, channel, out _gateStride);
    }

    /// <summary>The line of <paramref name="channel"/> of a block of channels, from position <paramref name="first"/> on.</summary>
    /// <param name="call">The call.</param>
    /// <param name="next">The block.</param>
    /// <param name="first">The position.</param>
    /// <param name="channel">The channel, from the block's first.</param>
    /// <param name="anywhere">An address that exists, asked for instead where nothing follows.</param>
    public static ScanAhead Of(ScanCall* call, in ScanItem next, int first, int channel, byte* anywhere) =>
        first < next.Length && channel < next.Channels ? new ScanAhead(call, next, first, channel) : new ScanAhead(anywhere);

    /// <summary>Asks for the next position's lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ask()
    {
        CachePrefetch.Soon(_input);
        CachePrefetch.Soon(_delta);
        CachePrefetch.Soon(_gate);
        CachePrefetch.Soon(_output);
        _input += _inputStride;
        _delta += _deltaStride;
        _gate += _gateStride;
        _output += _outputStride;
    }

    private static byte* First(in StridedTensor tensor, in ScanItem next, int first, int channel, out nint stride)
    {
        stride = (nint)tensor.RowStride * sizeof(float);
        return (byte*)(next.At(tensor) + channel) + (first * stride);
    }
}
