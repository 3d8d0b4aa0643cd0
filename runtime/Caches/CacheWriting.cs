using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>Writes new tokens of one head to reserved pages.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class CacheWriting
{
    /// <summary>Stores keys as they stand in <paramref name="rows"/>.</summary>
    /// <param name="call">The call.</param>
    /// <param name="shape">The cache's shape.</param>
    /// <param name="kvHead">The head.</param>
    /// <param name="first">The first new token, counted from the call's first.</param>
    /// <param name="count">Tokens.</param>
    /// <param name="rows">The first row.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    public static void Keys(AttentionCall* call, KvShape shape, int kvHead, int first, int count, float* rows, long stride)
    {
        for (int n = 0; n < count; n++)
        {
            int token = call->PastLength + first + n;
            KvRows.WriteKey(shape, call->Cache.Head(token, kvHead), token % shape.PageTokens, rows + (n * stride));
        }
    }

    /// <summary>Stores the values of all of the call's tokens.</summary>
    /// <inheritdoc cref="Keys" path="/param"/>
    public static void Values(AttentionCall* call, KvShape shape, int kvHead)
    {
        float* rows = call->Value.Head(0, kvHead);
        for (int n = 0; n < call->QueryLength; n++)
        {
            int token = call->PastLength + n;
            KvRows.WriteValue(shape, call->Cache.Head(token, kvHead), token % shape.PageTokens, rows + (n * call->Value.RowStride));
        }
    }
}
