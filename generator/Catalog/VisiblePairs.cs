using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Counts the (query, key) pairs that a declaration leaves visible over its longest sequences.</summary>
public static class VisiblePairs
{
    private const int BottomRight = 2;

    /// <summary>The pairs that all passes of all softmaxes visit; null where lengths are open, or an unrecognised Keep decides.</summary>
    public static double? Of(AttentionSpec spec, AttentionShape shape)
    {
        if (shape.MaxLength <= 0 || shape.MaxKeyLength <= 0 || Catalog.FindType(spec.Type) is not { Family: KernelFamily.Softmax } type || KeepShape.Of(spec).Rest is not null)
        {
            return null;
        }

        int offset = shape.Alignment == BottomRight ? shape.MaxKeyLength - shape.MaxLength : 0;

        // Softmaxes over parts of the same head (differential) share their pairs; softmaxes over different keys (localglobal) add up.
        IReadOnlyList<SoftmaxBranch> branches = type.Branches(spec);
        IEnumerable<SoftmaxBranch> counted = branches.Count > 1 && shape.QueryDim < shape.HeadDim ? branches.Take(1) : branches;
        return counted.SelectMany(static branch => branch.Passes).Sum(pass => Of(pass, shape.MaxLength, shape.MaxKeyLength, offset));
    }

    // Rows are long and few things change from one to the next, but a row is counted in constant time, so counting all of them is cheap up to here.
    private const int GreatestExact = 4096;

    private static double Of(KeyRange range, int queries, int keys, int offset)
    {
        // Of longer sequences, evenly spaced rows stand for all: a sum over rows that changes slowly.
        int rows = Math.Min(queries, GreatestExact);
        double sum = 0;
        for (int row = 0; row < rows; row++)
        {
            long query = rows == queries ? row : (long)((row + 0.5) * queries / rows);
            sum += InRow(range, query, query + offset, keys);
        }

        return sum * queries / rows;
    }

    private static double InRow(KeyRange range, long query, long stand, int keys)
    {
        long first = 0, last = keys - 1;
        if (query >= range.GlobalRows)
        {
            first = range.Before is { } before ? Math.Max(first, stand - before) : first;
            last = range.After is { } after ? Math.Min(last, stand + after) : last;
            last = range.Limit is { } limit ? Math.Min(last, limit - 1) : last;
            if (range.BlockSize > 0)
            {
                long block = (long)Math.Floor((double)stand / range.BlockSize);
                first = Math.Max(first, (block - range.Neighbours) * range.BlockSize);
                last = Math.Min(last, ((block + range.Neighbours + 1) * range.BlockSize) - 1);
            }
        }

        double count = Walked(range, first, last, keys);
        if (range.Hole is { } hole)
        {
            count -= Walked(range, Math.Max(first, stand - hole), Math.Min(last, stand + hole), keys);
        }

        // Sinks that lie outside of the interval; under a causal mask, those up to the query.
        if (range.Sinks > 0 && query >= range.GlobalRows)
        {
            long past = Math.Min(range.IsCausal ? Math.Min(range.Sinks - 1, stand) : range.Sinks - 1, keys - 1);
            count += Walked(range, 0, past, keys) - Walked(range, first, Math.Min(last, past), keys);
        }

        return count;
    }

    // Keys of the pass from first to last.
    private static double Walked(KeyRange range, long first, long last, int keys)
    {
        if (last < first)
        {
            return 0;
        }

        if (range.Landmarks > 0)
        {
            // Evenly spaced over the keys: their share of the interval.
            double landmarks = Math.Min(range.Landmarks, keys);
            return landmarks * (last - first + 1) / keys;
        }

        return (last / range.Step) - ((first + range.Step - 1) / range.Step) + 1;
    }
}
