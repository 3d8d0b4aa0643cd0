using System;
using System.Linq;

namespace AttentionGen.Generator.Spec;

/// <summary>Makes expressions, evaluating what is constant by C#'s rules, so that a bound given by way of locals and constants is a number.</summary>
public static class ScalarFolding
{
    /// <summary>The operation on the operands, or the number it comes to.</summary>
    public static ScalarExpression Make(ScalarOperation operation, ScalarType type, params ScalarExpression[] operands)
    {
        if (operation == ScalarOperation.Select && operands[0].IsConstant)
        {
            return operands[0].Number != 0 ? operands[1] : operands[2];
        }

        if (operands.Length > 0 && operands.All(static operand => operand.IsConstant) && Evaluate(operation, operands) is { } value)
        {
            return value;
        }

        return type == ScalarType.Bool ? Shorten(operation, operands) : new ScalarExpression(operation, type, 0, operands);
    }

    private static ScalarExpression Shorten(ScalarOperation operation, ScalarExpression[] operands)
    {
        if (operation is ScalarOperation.And or ScalarOperation.Or)
        {
            for (int i = 0; i < 2; i++)
            {
                if (operands[i].IsConstant)
                {
                    bool decides = (operands[i].Number != 0) == (operation == ScalarOperation.Or);
                    return decides ? operands[i] : operands[1 - i];
                }
            }
        }

        return operation == ScalarOperation.Not && operands[0].Operation == ScalarOperation.Not
            ? operands[0].Operands[0]
            : new ScalarExpression(operation, ScalarType.Bool, 0, operands);
    }

    private static ScalarExpression? Evaluate(ScalarOperation operation, ScalarExpression[] operands) => operands[0].Type switch
    {
        ScalarType.Int => OfInts(operation, (int)operands[0].Number, operands.Length > 1 ? (int)operands[1].Number : 0),
        ScalarType.Float => OfFloats(operation, (float)operands[0].Number, operands.Length > 1 ? (float)operands[1].Number : 0),
        _ => OfBools(operation, operands[0].Number != 0, operands.Length > 1 && operands[1].Number != 0),
    };

    private static ScalarExpression? OfInts(ScalarOperation operation, int a, int b) => unchecked(operation switch
    {
        ScalarOperation.Add => ScalarExpression.Constant(a + b),
        ScalarOperation.Subtract => ScalarExpression.Constant(a - b),
        ScalarOperation.Multiply => ScalarExpression.Constant(a * b),
        ScalarOperation.Divide when b is not (0 or -1) => ScalarExpression.Constant(a / b),
        ScalarOperation.Remainder when b is not (0 or -1) => ScalarExpression.Constant(a % b),
        ScalarOperation.Negate => ScalarExpression.Constant(-a),
        ScalarOperation.ShiftLeft => ScalarExpression.Constant(a << b),
        ScalarOperation.ShiftRight => ScalarExpression.Constant(a >> b),
        ScalarOperation.And => ScalarExpression.Constant(a & b),
        ScalarOperation.Or => ScalarExpression.Constant(a | b),
        ScalarOperation.Xor => ScalarExpression.Constant(a ^ b),
        ScalarOperation.Less => ScalarExpression.Constant(a < b),
        ScalarOperation.LessOrEqual => ScalarExpression.Constant(a <= b),
        ScalarOperation.Equal => ScalarExpression.Constant(a == b),
        ScalarOperation.Minimum => ScalarExpression.Constant(Math.Min(a, b)),
        ScalarOperation.Maximum => ScalarExpression.Constant(Math.Max(a, b)),
        ScalarOperation.Absolute when a != int.MinValue => ScalarExpression.Constant(Math.Abs(a)),
        ScalarOperation.ToFloat => ScalarExpression.Constant((float)a),
        _ => null,
    });

    private static ScalarExpression? OfFloats(ScalarOperation operation, float a, float b) => operation switch
    {
        ScalarOperation.Add => ScalarExpression.Constant(a + b),
        ScalarOperation.Subtract => ScalarExpression.Constant(a - b),
        ScalarOperation.Multiply => ScalarExpression.Constant(a * b),
        ScalarOperation.Divide => ScalarExpression.Constant(a / b),
        ScalarOperation.Negate => ScalarExpression.Constant(-a),
        ScalarOperation.Less => ScalarExpression.Constant(a < b),
        ScalarOperation.LessOrEqual => ScalarExpression.Constant(a <= b),
        ScalarOperation.Equal => ScalarExpression.Constant(a == b),
        ScalarOperation.Absolute => ScalarExpression.Constant(Math.Abs(a)),
        ScalarOperation.ToInt when Math.Abs(a) < 1 << 30 => ScalarExpression.Constant((int)a),
        _ => null,
    };

    private static ScalarExpression? OfBools(ScalarOperation operation, bool a, bool b) => operation switch
    {
        ScalarOperation.And => ScalarExpression.Constant(a & b),
        ScalarOperation.Or => ScalarExpression.Constant(a | b),
        ScalarOperation.Xor => ScalarExpression.Constant(a ^ b),
        ScalarOperation.Not => ScalarExpression.Constant(!a),
        _ => null,
    };
}
