using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AttentionGen.Generator.Spec;

/// <summary>Names of constructs that have no vector form, as messages show them.</summary>
internal static class FunctionConstructs
{
    /// <summary>What stands there, in a few words.</summary>
    public static string Name(IOperation operation) => operation switch
    {
        ILoopOperation => "a loop",
        IAssignmentOperation or IIncrementOrDecrementOperation => "an assignment; declare another local instead",
        IExpressionStatementOperation statement => Name(statement.Operation),
        ISwitchOperation or ISwitchExpressionOperation => "a switch; write ?: or if",
        IIsPatternOperation => "a pattern; write a comparison",
        IThrowOperation => "a throw",
        ITryOperation => "a try",
        IInvocationOperation call => $"a call of '{call.TargetMethod.Name}'",
        IInstanceReferenceOperation => "'this': there is no instance",
        IObjectCreationOperation or IArrayCreationOperation or ICollectionExpressionOperation => "an allocation",
        IAnonymousFunctionOperation or IDelegateCreationOperation => "a delegate",
        IAwaitOperation => "an await",
        IParameterReferenceOperation parameter => $"the captured parameter '{parameter.Parameter.Name}'",
        ILocalReferenceOperation local => $"the local '{local.Local.Name}'",
        IReturnOperation => "a return without a value",
        IUsingOperation or IUsingDeclarationOperation or ILockOperation => "a using or lock",
        _ => $"'{Shorten(operation.Syntax.ToString())}' ({operation.Kind})",
    };

    /// <summary>What to write instead of <c>double</c>.</summary>
    public static string Doubles(ITypeSymbol? type) => type?.SpecialType == SpecialType.System_Double
        ? "; masks must be exact and kernels compute in FP32: use float, MathF and literals like 0.5f"
        : "";

    private static string Shorten(string text) => text.Length <= 40 ? text : text.Substring(0, 37) + "...";
}
