using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>How large the ints of a user function can get, given the declared lengths and the conditions under which they are reached.</summary>
public sealed class FunctionRanges
{
    private readonly Interval _head, _query, _key;

    /// <summary>Ranges under a declaration.</summary>
    public FunctionRanges(AttentionShape shape)
    {
        long queries = shape.MaxLength > 0 ? shape.MaxLength : LocalAttention.LongestSequence;
        long keys = shape.MaxKeyLength > 0 ? shape.MaxKeyLength : LocalAttention.LongestSequence;
        const int BottomRight = 2;
        _head = new Interval(0, Math.Max(0, shape.Heads - 1));
        _key = new Interval(0, keys - 1);
        _query = shape.Alignment == BottomRight ? new Interval(-(queries - 1), keys - 1) : new Interval(0, queries - 1);
    }

    /// <summary>The conditions known to hold where an expression stands.</summary>
    public sealed record Facts(IReadOnlyDictionary<ScalarExpression, Interval> Known)
    {
        public static Facts None { get; } = new(new Dictionary<ScalarExpression, Interval>());

        public Facts With(ScalarExpression expression, Interval interval)
        {
            var known = Known.ToDictionary(static pair => pair.Key, static pair => pair.Value);
            known[expression] = known.TryGetValue(expression, out Interval before) ? before.And(interval) : interval;
            return new Facts(known);
        }
    }

    /// <summary>What an int expression can be.</summary>
    public Interval Of(ScalarExpression expression) => Of(expression, Facts.None);

    /// <summary>What an int expression can be where some conditions hold.</summary>
    public Interval Of(ScalarExpression expression, Facts facts)
    {
        Interval own = Own(expression, facts).Wrapped();
        return facts.Known.TryGetValue(expression, out Interval known) ? own.And(known) : own;
    }

    /// <summary>Every lookup and division with the facts that hold where it stands.</summary>
    public IEnumerable<(ScalarExpression Expression, Facts Facts)> Risks(ScalarExpression expression) => Risks(expression, Facts.None);

    private IEnumerable<(ScalarExpression Expression, Facts Facts)> Risks(ScalarExpression expression, Facts facts)
    {
        bool isRisk = expression.Operation == ScalarOperation.Lookup
            || (expression is { Type: ScalarType.Int, Operation: ScalarOperation.Divide or ScalarOperation.Remainder });
        for (int n = 0; n < expression.Operands.Count; n++)
        {
            Facts inner = expression.Operation switch
            {
                // The second operand of && and || is reached under the first; the branches of a choice under its condition.
                ScalarOperation.And when expression.Type == ScalarType.Bool && n == 1 => Refine(expression.Operands[0], true, facts),
                ScalarOperation.Or when expression.Type == ScalarType.Bool && n == 1 => Refine(expression.Operands[0], false, facts),
                ScalarOperation.Select when n > 0 => Refine(expression.Operands[0], n == 1, facts),
                _ => facts,
            };
            foreach ((ScalarExpression, Facts) risk in Risks(expression.Operands[n], inner))
            {
                yield return risk;
            }
        }

        if (isRisk)
        {
            yield return (expression, facts);
        }
    }

    private Facts Refine(ScalarExpression condition, bool holds, Facts facts)
    {
        (ScalarOperation operation, EquatableArray<ScalarExpression> operands) = (condition.Operation, condition.Operands);
        if (operation == ScalarOperation.Not)
        {
            return Refine(operands[0], !holds, facts);
        }

        if (condition.Type == ScalarType.Bool && operation == (holds ? ScalarOperation.And : ScalarOperation.Or))
        {
            return Refine(operands[1], holds, Refine(operands[0], holds, facts));
        }

        if (operation is not (ScalarOperation.Less or ScalarOperation.LessOrEqual or ScalarOperation.Equal) || operands[0].Type != ScalarType.Int)
        {
            return facts;
        }

        if (operation == ScalarOperation.Equal)
        {
            return holds ? facts.With(operands[0], Of(operands[1], facts)).With(operands[1], Of(operands[0], facts)) : facts;
        }

        // a < b, or b < a when a <= b fails, and so on: always small <= great - gap.
        (ScalarExpression small, ScalarExpression great) = holds ? (operands[0], operands[1]) : (operands[1], operands[0]);
        int gap = (operation == ScalarOperation.Less) == holds ? 1 : 0;
        Interval ofSmall = Of(small, facts), ofGreat = Of(great, facts);
        return facts.With(small, new Interval(int.MinValue, ofGreat.High - gap)).With(great, new Interval(ofSmall.Low + gap, int.MaxValue));
    }

    private Interval Own(ScalarExpression expression, Facts facts)
    {
        Interval Operand(int n) => Of(expression.Operands[n], facts);
        switch (expression.Operation)
        {
            case ScalarOperation.Constant:
                return new Interval((long)expression.Number, (long)expression.Number);
            case ScalarOperation.Head:
                return _head;
            case ScalarOperation.Query:
                return _query;
            case ScalarOperation.Key:
                return _key;
            case ScalarOperation.Add:
                return new Interval(Operand(0).Low + Operand(1).Low, Operand(0).High + Operand(1).High);
            case ScalarOperation.Subtract:
                return new Interval(Operand(0).Low - Operand(1).High, Operand(0).High - Operand(1).Low);
            case ScalarOperation.Multiply:
                (Interval a, Interval b) = (Operand(0), Operand(1));
                return Interval.Hull(a.Low * b.Low, a.Low * b.High, a.High * b.Low, a.High * b.High);
            case ScalarOperation.Divide when Operand(1).Low > 0:
                (Interval c, Interval d) = (Operand(0), Operand(1));
                return Interval.Hull(c.Low / d.Low, c.Low / d.High, c.High / d.Low, c.High / d.High);
            case ScalarOperation.Remainder when Operand(1).Low > 0:
                long most = Operand(1).High - 1;
                return new Interval(Operand(0).Low < 0 ? -Math.Min(most, -Operand(0).Low) : 0, Operand(0).High < 0 ? 0 : Math.Min(most, Operand(0).High));
            case ScalarOperation.Negate:
                return new Interval(-Operand(0).High, -Operand(0).Low);
            case ScalarOperation.Absolute:
                Interval whole = Operand(0);
                return new Interval(whole.Low > 0 ? whole.Low : whole.High < 0 ? -whole.High : 0, Math.Max(Math.Abs(whole.Low), Math.Abs(whole.High)));
            case ScalarOperation.Minimum:
                return new Interval(Math.Min(Operand(0).Low, Operand(1).Low), Math.Min(Operand(0).High, Operand(1).High));
            case ScalarOperation.Maximum:
                return new Interval(Math.Max(Operand(0).Low, Operand(1).Low), Math.Max(Operand(0).High, Operand(1).High));
            case ScalarOperation.And when Operand(0).Low >= 0 || Operand(1).Low >= 0:
                return new Interval(0, Operand(0).Low < 0 ? Operand(1).High : Operand(1).Low < 0 ? Operand(0).High : Math.Min(Operand(0).High, Operand(1).High));
            case ScalarOperation.ShiftRight:
                int shift = (int)expression.Operands[1].Number & 31;
                return new Interval(Operand(0).Low >> shift, Operand(0).High >> shift);
            case ScalarOperation.Select:
                return Of(expression.Operands[1], Refine(expression.Operands[0], true, facts)).Or(Of(expression.Operands[2], Refine(expression.Operands[0], false, facts)));
            default:
                return Interval.All;
        }
    }
}
