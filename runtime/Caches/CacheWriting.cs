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
        for (int past = first + count; first < past;)
        {
            (int token, int tokens) = Stretch(call, shape, first, past);
            KvRows.WriteKeys(shape, call->Cache.Head(token, kvHead), token % shape.PageTokens, tokens, rows, stride);
            rows += tokens * stride;
            first += tokens;
        }
    }

    /// <summary>Stores the values of all of the call's tokens.</summary>
    /// <inheritdoc cref="Keys" path="/param"/>
    public static void Values(AttentionCall* call, KvShape shape, int kvHead)
    {
        float* rows = call->Value.Head(0, kvHead);
        for (int first = 0; first < call->QueryLength;)
        {
            (int token, int tokens) = Stretch(call, shape, first, call->QueryLength);
            KvRows.WriteValues(shape, call->Cache.Head(token, kvHead), token % shape.PageTokens, tokens, rows + (first * call->Value.RowStride), call->Value.RowStride);
            first += tokens;
        }
    }

    /// <summary>The first of some new tokens, and how many of them stand in one page.</summary>
    private static (int Token, int Tokens) Stretch(AttentionCall* call, KvShape shape, int first, int past)
    {
        int token = call->PastLength + first;
        return (token, Math.Min(past - first, shape.PageTokens - (token % shape.PageTokens)));
    }
}
