using System;
using System.Linq;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>
/// A user's <c>Score</c> for scores in base-2 units. The function is written for natural ones; log2(e) is pushed down to where it meets
/// something that is computed once for a head, a row or a table, so that adding a bias costs no more than adding one that is built in.
/// </summary>
internal sealed class BaseTwo(FunctionRanges ranges)
{
    private static readonly ScalarExpression Log2OfE = ScalarExpression.Constant(1.44269504f);
    private static readonly ScalarExpression NaturalLogOf2 = ScalarExpression.Constant(0.693147181f);
    private static readonly ScalarExpression Score = new(ScalarOperation.Score, ScalarType.Float, 0);

    /// <summary>The function of a base-2 score that gives a base-2 score.</summary>
    public ScalarExpression Of(ScalarExpression natural) => Fuse(Convert(InFloats(natural)));

    private ScalarExpression Convert(ScalarExpression natural)
    {
        if (!natural.Uses(ScalarInputs.Score))
        {
            return Scale(natural);
        }

        EquatableArray<ScalarExpression> operands = natural.Operands;
        switch (natural.Operation)
        {
            case ScalarOperation.Score:
                return natural;
            case ScalarOperation.Add or ScalarOperation.Subtract or ScalarOperation.Minimum or ScalarOperation.Maximum:
                return Make(natural.Operation, Convert(operands[0]), Convert(operands[1]));
            case ScalarOperation.Negate:
                return Make(natural.Operation, Convert(operands[0]));
            case ScalarOperation.Multiply when !operands[1].Uses(ScalarInputs.Score):
                return Make(natural.Operation, Convert(operands[0]), operands[1]);
            case ScalarOperation.Multiply when !operands[0].Uses(ScalarInputs.Score):
                return Make(natural.Operation, operands[0], Convert(operands[1]));
            case ScalarOperation.Divide when !operands[1].Uses(ScalarInputs.Score):
                return Make(natural.Operation, Convert(operands[0]), operands[1]);
            case ScalarOperation.Select:
                return Make(natural.Operation, Natural(operands[0]), Convert(operands[1]), Convert(operands[2]));
            default:
                return Make(ScalarOperation.Multiply, Natural(natural), Log2OfE);
        }
    }

    // The expression as it was written, from a base-2 score.
    private static ScalarExpression Natural(ScalarExpression expression) =>
        expression.Operation == ScalarOperation.Score ? Make(ScalarOperation.Multiply, Score, NaturalLogOf2)
        : expression.Uses(ScalarInputs.Score) ? Rebuild(expression, Natural)
        : expression;

    private static ScalarExpression Scale(ScalarExpression expression)
    {
        if (!Absorbs(expression))
        {
            return Make(ScalarOperation.Multiply, expression, Log2OfE);
        }

        EquatableArray<ScalarExpression> operands = expression.Operands;
        if (!IsUniform(expression))
        {
            switch (expression.Operation)
            {
                case ScalarOperation.Multiply:
                    return Absorbs(operands[0])
                        ? Make(expression.Operation, Scale(operands[0]), operands[1])
                        : Make(expression.Operation, operands[0], Scale(operands[1]));
                case ScalarOperation.Divide:
                    return Make(expression.Operation, Scale(operands[0]), operands[1]);
                case ScalarOperation.Select:
                    return Make(expression.Operation, operands[0], Scale(operands[1]), Scale(operands[2]));
                case ScalarOperation.Negate:
                    return Make(expression.Operation, Scale(operands[0]));
                default:
                    return Make(expression.Operation, Scale(operands[0]), Scale(operands[1]));
            }
        }

        return Make(ScalarOperation.Multiply, expression, Log2OfE);
    }

    // Whether the factor disappears in something that is computed once.
    private static bool Absorbs(ScalarExpression expression) => IsUniform(expression) || expression.Operation switch
    {
        ScalarOperation.Multiply => Absorbs(expression.Operands[0]) || Absorbs(expression.Operands[1]),
        ScalarOperation.Divide or ScalarOperation.Negate => Absorbs(expression.Operands[0]),
        ScalarOperation.Add or ScalarOperation.Subtract or ScalarOperation.Minimum or ScalarOperation.Maximum => Absorbs(expression.Operands[0]) && Absorbs(expression.Operands[1]),
        ScalarOperation.Select => Absorbs(expression.Operands[1]) && Absorbs(expression.Operands[2]),
        _ => false,
    };

    private static bool IsUniform(ScalarExpression expression) => !expression.Uses(ScalarInputs.Key | ScalarInputs.Score);

    // x - u * v as x + (-u) * v, which hardware fuses.
    private static ScalarExpression Fuse(ScalarExpression expression)
    {
        ScalarExpression inner = Rebuild(expression, Fuse);
        if (inner is { Operation: ScalarOperation.Subtract, Type: ScalarType.Float } && inner.Operands[1] is { Operation: ScalarOperation.Multiply } product && !IsUniform(product))
        {
            (ScalarExpression left, ScalarExpression right) = (product.Operands[0], product.Operands[1]);
            if (IsUniform(left) || IsUniform(right))
            {
                ScalarExpression uniform = Make(ScalarOperation.Negate, IsUniform(left) ? left : right);
                return Make(ScalarOperation.Add, inner.Operands[0], Make(ScalarOperation.Multiply, uniform, IsUniform(left) ? right : left));
            }
        }

        return inner;
    }

    // Key indices come as floats: a distance needs no detour through ints. Sums of two ints that floats hold are rounded once either way.
    private ScalarExpression InFloats(ScalarExpression expression)
    {
        if (expression.Operation == ScalarOperation.ToFloat && expression.Uses(ScalarInputs.Key) && AsFloat(expression.Operands[0]) is { } floats)
        {
            return floats;
        }

        return Rebuild(expression, InFloats);
    }

    private ScalarExpression? AsFloat(ScalarExpression whole)
    {
        EquatableArray<ScalarExpression> operands = whole.Operands;
        switch (whole.Operation)
        {
            case ScalarOperation.Key or ScalarOperation.Query or ScalarOperation.Head or ScalarOperation.Constant:
                return Make(ScalarOperation.ToFloat, whole);
            case ScalarOperation.Add or ScalarOperation.Subtract when operands.All(operand => ranges.Of(operand).IsExactInFloats):
            case ScalarOperation.Multiply when operands.All(operand => ranges.Of(operand).IsExactInFloats) && ranges.Of(whole) != Interval.All:
            case ScalarOperation.Minimum or ScalarOperation.Maximum or ScalarOperation.Absolute or ScalarOperation.Negate when ranges.Of(whole) != Interval.All:
                ScalarExpression?[] floats = [.. operands.Select(AsFloat)];
                return floats.All(static operand => operand is not null) ? Make(whole.Operation, [.. floats.Select(static operand => operand!)]) : null;
            default:
                return null;
        }
    }

    private static ScalarExpression Rebuild(ScalarExpression expression, Func<ScalarExpression, ScalarExpression> change) =>
        expression.Operands.Count == 0
            ? expression
            : new ScalarExpression(expression.Operation, expression.Type, expression.Number, [.. expression.Operands.Select(change)]) { Place = expression.Place };

    private static ScalarExpression Make(ScalarOperation operation, params ScalarExpression[] operands) =>
        ScalarFolding.Make(operation, operation is ScalarOperation.Select ? operands[1].Type : ScalarType.Float, operands);
}
