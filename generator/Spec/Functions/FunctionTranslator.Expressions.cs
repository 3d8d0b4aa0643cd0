using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AttentionGen.Generator.Spec;

/// <content>Expressions.</content>
internal sealed partial class FunctionTranslator
{
    private static ScalarExpression Select(ScalarExpression condition, ScalarExpression yes, ScalarExpression no)
    {
        if (yes.Type == ScalarType.Bool)
        {
            // Choices between truths are masks like any other.
            return ScalarFolding.Make(
                ScalarOperation.Or,
                ScalarType.Bool,
                ScalarFolding.Make(ScalarOperation.And, ScalarType.Bool, condition, yes),
                ScalarFolding.Make(ScalarOperation.And, ScalarType.Bool, ScalarFolding.Make(ScalarOperation.Not, ScalarType.Bool, condition), no));
        }

        return yes == no ? yes : ScalarFolding.Make(ScalarOperation.Select, yes.Type, condition, yes, no);
    }

    private ScalarExpression Read(IOperation operation)
    {
        if (operation.ConstantValue is { HasValue: true, Value: { } constant })
        {
            return Constant(operation, constant);
        }

        return operation switch
        {
            IParameterReferenceOperation parameter when _values.TryGetValue(parameter.Parameter, out ScalarExpression? value) => value,
            ILocalReferenceOperation local when _values.TryGetValue(local.Local, out ScalarExpression? value) => value,
            IParenthesizedOperation inner => Read(inner.Operand),
            IConversionOperation conversion => Convert(conversion),
            IUnaryOperation unary => Unary(unary),
            IBinaryOperation binary => Binary(binary),
            IConditionalOperation { WhenFalse: { } no } choice when TypeOf(choice.Type) is not null => Select(Read(choice.Condition), Read(choice.WhenTrue), Read(no)),
            IInvocationOperation call => Call(call),
            IFieldReferenceOperation field => Field(field),
            IPropertyReferenceOperation property => Property(property),
            IArrayElementReferenceOperation element => element.Indices.Length == 1 ? Lookup(element, element.ArrayReference, element.Indices[0]) : Fault(element, "a table of several dimensions"),
            _ => Fault(operation),
        };
    }

    private ScalarExpression Constant(IOperation operation, object value)
    {
        switch (value)
        {
            case int number:
                return ScalarExpression.Constant(number);
            case float number:
                return ScalarExpression.Constant(number);
            case double number when allowsDouble:
                return ScalarExpression.Constant((float)number);
            case bool truth:
                return ScalarExpression.Constant(truth);
            default:
                return Fault(operation, $"a value of type '{operation.Type?.ToDisplayString()}'{FunctionConstructs.Doubles(operation.Type)}");
        }
    }

    private ScalarType? TypeOf(ITypeSymbol? type) => type?.SpecialType switch
    {
        SpecialType.System_Int32 => ScalarType.Int,
        SpecialType.System_Single => ScalarType.Float,
        SpecialType.System_Double when allowsDouble => ScalarType.Float,
        SpecialType.System_Boolean => ScalarType.Bool,
        _ => null,
    };

    private ScalarExpression Convert(IConversionOperation conversion)
    {
        if (conversion.OperatorMethod is not null || conversion.IsChecked || TypeOf(conversion.Type) is not { } type)
        {
            return Fault(conversion, conversion.IsChecked ? "a checked conversion" : $"a conversion to '{conversion.Type?.ToDisplayString()}'{FunctionConstructs.Doubles(conversion.Type)}");
        }

        ScalarExpression operand = Read(conversion.Operand);
        return (operand.Type, type) switch
        {
            (ScalarType.Int, ScalarType.Float) => ScalarFolding.Make(ScalarOperation.ToFloat, type, operand),
            (ScalarType.Float, ScalarType.Int) => ScalarFolding.Make(ScalarOperation.ToInt, type, operand),
            _ => operand,
        };
    }

    private ScalarExpression Unary(IUnaryOperation unary)
    {
        if (unary.OperatorMethod is not null || unary.IsLifted || unary.IsChecked || TypeOf(unary.Type) is not { } type)
        {
            return Fault(unary, unary.IsChecked ? "checked arithmetic" : null);
        }

        ScalarExpression operand = Read(unary.Operand);
        return unary.OperatorKind switch
        {
            UnaryOperatorKind.Plus => operand,
            UnaryOperatorKind.Minus => ScalarFolding.Make(ScalarOperation.Negate, type, operand),
            UnaryOperatorKind.Not => ScalarFolding.Make(ScalarOperation.Not, type, operand),
            UnaryOperatorKind.BitwiseNegation when type == ScalarType.Int => ScalarFolding.Make(ScalarOperation.Xor, type, operand, ScalarExpression.Constant(-1)),
            _ => Fault(unary),
        };
    }

    private ScalarExpression Binary(IBinaryOperation binary)
    {
        if (binary.OperatorMethod is not null || binary.IsLifted || binary.IsChecked || TypeOf(binary.Type) is not { } type)
        {
            return Fault(binary, binary.IsChecked ? "checked arithmetic" : TypeOf(binary.Type) is null ? $"arithmetic in '{binary.Type?.ToDisplayString()}'{FunctionConstructs.Doubles(binary.Type)}" : null);
        }

        // A comparison of what can't be computed: the operand says so.
        IOperation? foreign = TypeOf(binary.LeftOperand.Type) is null ? binary.LeftOperand : TypeOf(binary.RightOperand.Type) is null ? binary.RightOperand : null;
        if (foreign is not null)
        {
            int faults = _faults.Count;
            Read(foreign);
            return _faults.Count > faults || IsUnreadable ? ScalarExpression.Constant(true) : Fault(binary);
        }

        ScalarExpression left = Read(binary.LeftOperand), right = Read(binary.RightOperand);
        ScalarExpression Make(ScalarOperation operation, ScalarExpression a, ScalarExpression b) => ScalarFolding.Make(operation, type, a, b) with { Place = null };
        ScalarExpression Not(ScalarExpression truth) => ScalarFolding.Make(ScalarOperation.Not, ScalarType.Bool, truth);
        ScalarExpression Same() => left.Type == ScalarType.Bool ? Not(Make(ScalarOperation.Xor, left, right)) : Make(ScalarOperation.Equal, left, right);
        return binary.OperatorKind switch
        {
            BinaryOperatorKind.Add => Make(ScalarOperation.Add, left, right),
            BinaryOperatorKind.Subtract => Make(ScalarOperation.Subtract, left, right),
            BinaryOperatorKind.Multiply => Make(ScalarOperation.Multiply, left, right),
            BinaryOperatorKind.Divide => Make(ScalarOperation.Divide, left, right) with { Place = PlaceOf(binary.Syntax) },
            BinaryOperatorKind.Remainder when type == ScalarType.Float && (left.Inputs | right.Inputs) is var inputs && (inputs & (ScalarInputs.Key | ScalarInputs.Score)) != 0 => Fault(binary, "'%' on floats that vary with the key or the score"),
            BinaryOperatorKind.Remainder => Make(ScalarOperation.Remainder, left, right) with { Place = PlaceOf(binary.Syntax) },
            BinaryOperatorKind.LeftShift when right.IsConstant => Make(ScalarOperation.ShiftLeft, left, right),
            BinaryOperatorKind.RightShift when right.IsConstant => Make(ScalarOperation.ShiftRight, left, right),
            BinaryOperatorKind.LeftShift or BinaryOperatorKind.RightShift => Fault(binary, "a shift by an amount that is not a constant"),
            BinaryOperatorKind.And or BinaryOperatorKind.ConditionalAnd => Make(ScalarOperation.And, left, right),
            BinaryOperatorKind.Or or BinaryOperatorKind.ConditionalOr => Make(ScalarOperation.Or, left, right),
            BinaryOperatorKind.ExclusiveOr => Make(ScalarOperation.Xor, left, right),
            BinaryOperatorKind.LessThan => Make(ScalarOperation.Less, left, right),
            BinaryOperatorKind.LessThanOrEqual => Make(ScalarOperation.LessOrEqual, left, right),
            BinaryOperatorKind.GreaterThan => Make(ScalarOperation.Less, right, left),
            BinaryOperatorKind.GreaterThanOrEqual => Make(ScalarOperation.LessOrEqual, right, left),
            BinaryOperatorKind.Equals => Same(),
            BinaryOperatorKind.NotEquals => Not(Same()),
            _ => Fault(binary),
        };
    }
}
