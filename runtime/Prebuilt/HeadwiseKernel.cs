using System.Buffers;
using AttentionGen.Kernels;

namespace AttentionGen.Prebuilt;

/// <summary>
/// Serves any number of heads with a kernel of one head: what stands a head's stride apart is passed to it as sequences. Grouped heads read the same keys:
/// their sequences stand 0 apart.
/// </summary>
internal sealed class HeadwiseKernel(PrebuiltEntry entry, int heads, int kvHeads) : IAttentionKernel
{
    private const int MostLengthsOnStack = 256;

    // For the checks alone, which look at the whole call before any part of it runs.
    private readonly KernelDescription whole = new()
    {
        Name = $"The pre-generated {entry.Kind}",
        Heads = heads,
        KvHeads = kvHeads,
        HeadDim = entry.HeadDim,
        ValueDim = entry.HeadDim,
        Alignment = CausalAlignment.BottomRight,
        TileRows = 1,
        MaxChunkRows = 1,
        WorkspaceBytes = 0,
    };

    /// <inheritdoc/>
    public string Type => entry.Type;

    /// <inheritdoc/>
    public int Heads => heads;

    /// <inheritdoc/>
    public int KvHeads => kvHeads;

    /// <inheritdoc/>
    public int HeadDim => entry.HeadDim;

    /// <inheritdoc/>
    public void Forward(ReadOnlyTensorView query, ReadOnlyTensorView key, ReadOnlyTensorView value, TensorView output, in AttentionArguments arguments)
    {
        KernelLauncher.Check(whole, query, key, value, output, arguments);
        int batch = query.Layout.Batch;
        if (kvHeads == heads && Merges(query.Layout) && Merges(key.Layout) && Merges(value.Layout) && Merges(output.Layout)
            && Merges(arguments.Keep.Shape, batch) && Merges(arguments.Drop.Shape, batch) && Merges(arguments.Bias.Shape, batch))
        {
            Launch(query, key, value, output, arguments, new Part(0, 0, batch * heads, 0, GroupSize: 1));
            return;
        }

        int group = heads / kvHeads;
        int parts = group == 1 ? 1 : kvHeads;
        int count = heads / parts;
        for (int sequence = 0; sequence < batch; sequence++)
        {
            for (int part = 0; part < parts; part++)
            {
                Launch(query, key, value, output, arguments, new Part(sequence, part * count, count, group == 1 ? 0 : part, group));
            }
        }
    }

    // Heads of one sequence, or of all of them, that one launch serves.
    private readonly record struct Part(int Sequence, int Head, int Count, int KvHead, int GroupSize);

    private void Launch(ReadOnlyTensorView query, ReadOnlyTensorView key, ReadOnlyTensorView value, TensorView output, in AttentionArguments arguments, Part part)
    {
        int[]? rented = null;
        int count = arguments.KeyLengths.IsEmpty ? 0 : part.Count;
        Span<int> lengths = count <= MostLengthsOnStack ? stackalloc int[MostLengthsOnStack] : (rented = ArrayPool<int>.Shared.Rent(count));
        lengths = lengths[..count];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = arguments.KeyLengths[part.Sequence + (i / heads)];
        }

        int rows = query.Layout.Length;
        AttentionArguments own = arguments with
        {
            KeyLengths = lengths,
            LogSumExp = arguments.LogSumExp.IsEmpty ? [] : arguments.LogSumExp.Slice(((part.Sequence * heads) + part.Head) * rows, part.Count * rows),
            Keep = Cut(arguments.Keep, part),
            Drop = Cut(arguments.Drop, part),
            Bias = Cut(arguments.Bias, part),
        };
        entry.Forward(
            Cut(query.Data, query.Layout, part.Sequence, part.Head, part.Count, Stride(query.Layout)),
            Cut(key.Data, key.Layout, part.Sequence, part.KvHead, part.Count, part.GroupSize == 1 ? Stride(key.Layout) : 0),
            Cut(value.Data, value.Layout, part.Sequence, part.KvHead, part.Count, part.GroupSize == 1 ? Stride(value.Layout) : 0),
            new TensorView(output.Data[Start(output.Layout, output.Data.Length, part.Sequence, part.Head)..], part.Count, 1, rows, HeadDim, Stride(output.Layout), 0, output.Layout.RowStride),
            own);
        if (rented is not null)
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    // Whether sequences follow each other as heads do.
    private static bool Merges(TensorLayout layout) => layout.Batch <= 1 || layout.Heads == 1 || layout.BatchStride == layout.Heads * layout.HeadStride;

    private static long Stride(TensorLayout layout) => layout.Heads == 1 ? layout.BatchStride : layout.HeadStride;

    private bool Merges(MaskShape shape, int batch) =>
        batch <= 1 || shape == default || (shape.Batch == 1 && shape.Heads == 1) || (shape.Batch == batch && shape.Heads == heads);

    private static ReadOnlyTensorView Cut(ReadOnlySpan<float> data, TensorLayout layout, int sequence, int head, int count, long stride) =>
        new(data[Start(layout, data.Length, sequence, head)..], count, 1, layout.Length, layout.Dim, stride, 0, layout.RowStride);

    // A view without elements may be cut from less memory than its strides speak of.
    private static int Start(TensorLayout layout, int available, int sequence, int head) =>
        (int)Math.Min(available, (sequence * layout.BatchStride) + (head * layout.HeadStride));

    private KeepMask Cut(KeepMask mask, Part part)
    {
        (int start, int length, int batch) = Rows(mask.Shape, part);
        return mask.Shape == default ? default : new(mask.Values.Slice(start, length), batch, 1, mask.Shape.QueryLength, mask.Shape.KeyLength);
    }

    private DropMask Cut(DropMask mask, Part part)
    {
        (int start, int length, int batch) = Rows(mask.Shape, part);
        return mask.Shape == default ? default : new(mask.Values.Slice(start, length), batch, 1, mask.Shape.QueryLength, mask.Shape.KeyLength);
    }

    private ScoreBias Cut(ScoreBias bias, Part part)
    {
        (int start, int length, int batch) = Rows(bias.Shape, part);
        return bias.Shape == default ? default : new(bias.Values.Slice(start, length), batch, 1, bias.Shape.QueryLength, bias.Shape.KeyLength);
    }

    // Where a part's heads stand in a mask, of which each is a sequence now; one for all where the mask has one head.
    private (int Start, int Length, int Batch) Rows(MaskShape shape, Part part)
    {
        int matrix = shape.QueryLength * shape.KeyLength;
        if (part.Count > heads)
        {
            return (0, shape.Batch * shape.Heads * matrix, shape.Batch * shape.Heads);
        }

        int sequence = shape.Batch == 1 ? 0 : part.Sequence;
        return shape.Heads == 1 ? (sequence * matrix, matrix, 1) : (((sequence * shape.Heads) + part.Head) * matrix, part.Count * matrix, part.Count);
    }
}
