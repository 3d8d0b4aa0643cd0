using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>
/// What a user's <c>Keep</c> says about whole stretches of keys, so that kernels never visit what it hides. Intervals around the query, sinks,
/// global rows, strides and blocks become loop bounds, the same ones that the built-in types have; the rest stays a predicate.
/// </summary>
/// <param name="Range">Bounds that hold for every pair the function keeps.</param>
/// <param name="Rest">What the bounds don't say, or null when they say it all.</param>
public sealed record KeepShape(KeyRange Range, ScalarExpression? Rest)
{
    private const int BottomRight = 2;

    /// <summary>Bounds past this are as good as none, and index arithmetic on them would overflow.</summary>
    private const int Farthest = 1 << 24;

    /// <summary>The shape of a declaration's <c>Keep</c>. A type that has bounds of its own keeps them, and the function is asked for each pair.</summary>
    public static KeepShape Of(AttentionSpec spec)
    {
        if (spec.Keep is not { Faults.Count: 0 } keep)
        {
            return new KeepShape(KeyRange.All, null);
        }

        bool isOpen = Catalog.FindType(spec.Type) is { } type && type.DeclaredBranches(spec).SelectMany(static branch => branch.Passes).All(static pass => pass == KeyRange.All);
        AttentionShape shape = AttentionShape.Of(spec);
        KeepShape found = isOpen ? Of(keep.Body, shape.Alignment != BottomRight) : new KeepShape(KeyRange.All, keep.Body);

        // A causal declaration also hides keys from rows that the function lets see all.
        return found.Range.GlobalRows > 0 && shape.Causal ? new KeepShape(KeyRange.All, keep.Body) : found;
    }

    /// <summary>The shape of a predicate. Blocks of queries before key 0, which exist only when aligned at the ends, are not the blocks C# division gives.</summary>
    public static KeepShape Of(ScalarExpression keep, bool queriesAreIndices)
    {
        KeyRange range = KeyRange.All;
        List<ScalarExpression> rest = [];

        // Sinks widen what was said before them and so come last; a causal bound also holds for sinks, and comes after.
        foreach (ScalarExpression part in Parts(keep, ScalarOperation.And).OrderBy(Rank))
        {
            if (Narrow(range, part, queriesAreIndices) is { } narrower && !IsEmpty(narrower))
            {
                range = narrower;
            }
            else
            {
                rest.Add(part);
            }
        }

        return new KeepShape(range, rest.Count == 0 ? null : rest.Aggregate(static (left, right) => ScalarFolding.Make(ScalarOperation.And, ScalarType.Bool, left, right)));
    }

    // Loop bounds presume that a window has a place in it; a function that keeps nothing is asked for each pair.
    private static bool IsEmpty(KeyRange range) => range is { Before: { } before, After: { } after } && before + after < 0;

    private static int Rank(ScalarExpression part) => part.Operation == ScalarOperation.Or ? 0 : 1;

    private static IEnumerable<ScalarExpression> Parts(ScalarExpression expression, ScalarOperation operation) =>
        expression.Operation == operation && expression.Type == ScalarType.Bool
            ? Parts(expression.Operands[0], operation).Concat(Parts(expression.Operands[1], operation))
            : [expression];

    private static KeyRange? Narrow(KeyRange range, ScalarExpression part, bool queriesAreIndices)
    {
        if (part.IsConstant)
        {
            return part.Number != 0 ? range : null;
        }

        if (part.Operation == ScalarOperation.Or)
        {
            return range == KeyRange.All ? Widened(part, queriesAreIndices) : null;
        }

        KeepBound? bound = KeepBound.Of(part);
        bool isWidened = range.Sinks > 0 || range.GlobalRows > 0;
        switch (bound)
        {
            case { Kind: KeepBoundKind.After, Number: 0 } when range.GlobalRows == 0:
                return range.UpToQuery();
            case { Kind: KeepBoundKind.After } when !isWidened:
                return range with { After = Math.Min(range.After ?? bound.Number, bound.Number) };
            case { Kind: KeepBoundKind.Before } when !isWidened:
                return range with { Before = Math.Min(range.Before ?? bound.Number, bound.Number) };
            case { Kind: KeepBoundKind.Around } when !isWidened:
                return range with { Before = Math.Min(range.Before ?? bound.Number, bound.Number), After = Math.Min(range.After ?? bound.Number, bound.Number) };
            case { Kind: KeepBoundKind.First, Number: > 0 } when !isWidened:
                return range with { Limit = Math.Min(range.Limit ?? bound.Number, bound.Number) };
            case { Kind: KeepBoundKind.Multiple } when !isWidened && range.Step == 1:
                return range with { Step = bound.Number };
            case { Kind: KeepBoundKind.Block } when !isWidened && range.BlockSize == 0 && queriesAreIndices:
                return range with { BlockSize = bound.Number, Neighbours = bound.Neighbours };
            default:
                return null;
        }
    }

    // Sinks or global rows, or both, or'ed to one conjunction of bounds.
    private static KeyRange? Widened(ScalarExpression part, bool queriesAreIndices)
    {
        int sinks = 0, rows = 0;
        ScalarExpression? window = null;
        foreach (ScalarExpression choice in Parts(part, ScalarOperation.Or))
        {
            KeepBound? bound = KeepBound.Of(choice);
            if (bound is { Kind: KeepBoundKind.First, Number: > 0 and <= Farthest })
            {
                sinks = Math.Max(sinks, bound.Number);
            }
            else if (bound is { Kind: KeepBoundKind.FirstRows, Number: > 0 and <= Farthest })
            {
                rows = Math.Max(rows, bound.Number);
            }
            else if (window is null)
            {
                window = choice;
            }
            else
            {
                return null;
            }
        }

        if (window is null || (sinks == 0 && rows == 0))
        {
            return null;
        }

        KeepShape inner = Of(window, queriesAreIndices);
        bool isWindow = inner is { Rest: null, Range: { Sinks: 0, GlobalRows: 0, Limit: null, Step: 1, IsCausal: false } };
        return isWindow && inner.Range.DependsOnQuery ? inner.Range with { Sinks = sinks, GlobalRows = rows } : null;
    }
}
