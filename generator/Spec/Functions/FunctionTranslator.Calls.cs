using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AttentionGen.Generator.Spec;

/// <content>Calls: the mathematical functions that vectors have, and the class's own static methods.</content>
internal sealed partial class FunctionTranslator
{
    private const int GreatestExponent = 16;

    private ScalarExpression Call(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        ScalarExpression[] arguments = [.. call.Arguments.OrderBy(static argument => argument.Parameter?.Ordinal ?? 0).Select(argument => Read(argument.Value))];
        if (IsMathematical(method.ContainingType))
        {
            return TypeOf(call.Type) is { } type
                ? Mathematical(call, method.Name, type, arguments)
                : Fault(call, $"'{method.ContainingType.Name}.{method.Name}' on '{call.Type?.ToDisplayString()}'{FunctionConstructs.Doubles(call.Type)}");
        }

        bool isOwn = method.IsStatic && !method.IsGenericMethod && method.MethodKind == MethodKind.Ordinary
            && SymbolEqualityComparer.Default.Equals(method.ContainingType, host) && method.Parameters.All(static parameter => parameter.RefKind == RefKind.None);
        if (!isOwn || TypeOf(method.ReturnType) is null)
        {
            return Fault(call, $"a call of '{method.ContainingType?.Name}.{method.Name}', which is neither a mathematical function that vectors have nor a static method of this class");
        }

        if (_reading.Count >= GreatestDepth || _reading.Contains(method, SymbolEqualityComparer.Default))
        {
            return Fault(call, "recursion");
        }

        return ReadMethod(method, arguments);
    }

    private static bool IsMathematical(INamedTypeSymbol? type) =>
        type is { ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } && type.Name is "Math" or "MathF" or "Single" or "Int32";

    private ScalarExpression Mathematical(IInvocationOperation call, string name, ScalarType type, ScalarExpression[] arguments)
    {
        ScalarOperation? operation = (name, arguments.Length) switch
        {
            ("Abs", 1) => ScalarOperation.Absolute,
            ("Min", 2) => ScalarOperation.Minimum,
            ("Max", 2) => ScalarOperation.Maximum,
            ("Floor", 1) => ScalarOperation.Floor,
            ("Ceiling", 1) => ScalarOperation.Ceiling,
            ("Truncate", 1) => ScalarOperation.Truncate,
            ("Round", 1) => ScalarOperation.Round,
            ("Sqrt", 1) => ScalarOperation.Sqrt,
            ("Exp", 1) => ScalarOperation.Exp,
            ("Log", 1) => ScalarOperation.Log,
            ("Log2", 1) => ScalarOperation.Log2,
            ("Sin", 1) => ScalarOperation.Sin,
            ("Cos", 1) => ScalarOperation.Cos,
            ("Tanh", 1) => ScalarOperation.Tanh,
            _ => null,
        };
        bool isWhole = operation is ScalarOperation.Absolute or ScalarOperation.Minimum or ScalarOperation.Maximum;
        if (operation is { } known && type != ScalarType.Bool && (type == ScalarType.Float || isWhole))
        {
            return ScalarFolding.Make(known, type, arguments);
        }

        return (name, arguments.Length) switch
        {
            ("Clamp", 3) => ScalarFolding.Make(ScalarOperation.Minimum, type, ScalarFolding.Make(ScalarOperation.Maximum, type, arguments[0], arguments[1]), arguments[2]),
            ("Pow", 2) => Power(call, arguments[0], arguments[1]),
            _ => Fault(call, $"a call of '{call.TargetMethod.ContainingType.Name}.{name}', which has no vector form here"),
        };
    }

    // Where it does not vary along a vector it is computed once, as it is; along a vector only whole powers are as exact as C#'s.
    private ScalarExpression Power(IOperation call, ScalarExpression value, ScalarExpression exponent)
    {
        if (!value.Uses(ScalarInputs.Key | ScalarInputs.Score) && !exponent.Uses(ScalarInputs.Key | ScalarInputs.Score))
        {
            return new ScalarExpression(ScalarOperation.Power, ScalarType.Float, 0, value, exponent);
        }

        if (!exponent.IsConstant || exponent.Number != (int)exponent.Number || exponent.Number is < 1 or > GreatestExponent)
        {
            return Fault(call, $"a power that varies with the key or the score, whose exponent is not a whole constant from 1 to {GreatestExponent}");
        }

        ScalarExpression power = value;
        for (int n = 1; n < (int)exponent.Number; n++)
        {
            power = ScalarFolding.Make(ScalarOperation.Multiply, ScalarType.Float, power, value);
        }

        return power;
    }
}
