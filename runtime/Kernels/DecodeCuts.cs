namespace AttentionGen.Kernels;

/// <summary>Cuts short calls over a cache into parts and gives them room for what each part finds.</summary>
internal static unsafe class DecodeCuts
{
    /// <summary>The parts of a call; none where it is not short or has masks in blocks, whose empty blocks the other kernel skips.</summary>
    public static DecodeCut Of(KernelDescription description, in AttentionCall call)
    {
        int split = description.DecodeSplit;
        if (split == 0 || call.QueryLength is < 1 or > CacheChecks.MostDecodeTokens || call.Blocks.IsPresent)
        {
            return default;
        }

        int first = Math.Max(0, call.PastLength - Math.Min(description.CacheReach, call.PastLength)) / split;
        int leading = Math.Min(first, (description.CacheSinks + split - 1) / split);
        int parts = (call.KeyLength + split - 1) / split;
        return new DecodeCut { FirstPart = first, SinkParts = leading, Parts = leading + parts - first };
    }

    /// <summary>Floats that the parts of a call leave; 0 where there is one part.</summary>
    public static long Floats(KernelDescription description, in AttentionCall call) =>
        call.Cut.Parts <= 1 ? 0 : (long)description.KvHeads * call.Cut.Parts * Rows(description, call) * description.DecodeRowFloats;

    /// <summary>Hands out the room.</summary>
    public static void Share(KernelDescription description, CallBatch* batch, float* partials, int* finished)
    {
        for (int s = 0; s < batch->Count; s++)
        {
            ref AttentionCall call = ref batch->Calls[s];
            long floats = Floats(description, call);
            if (floats > 0)
            {
                call.Cut.Partials = partials;
                call.Cut.Finished = finished;
                partials += floats;
                finished += description.KvHeads;
            }
        }
    }

    private static int Rows(KernelDescription description, in AttentionCall call) => description.Heads / description.KvHeads * call.QueryLength;
}
