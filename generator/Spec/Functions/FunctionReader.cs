using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Spec;

/// <summary>Finds <c>Keep</c> and <c>Score</c> in a host class, in whichever of its parts they stand, and reads what they mean.</summary>
public static class FunctionReader
{
    internal const string Keep = "Keep", Score = "Score";

    /// <summary>The method of that name as a user function, or null when the class has none. A method whose code does not compile sets <paramref name="unreadable"/>.</summary>
    internal static UserFunction? Read(INamedTypeSymbol host, string name, CancellationToken cancellation, ref bool unreadable)
    {
        List<IMethodSymbol> methods = Methods(host, name);
        if (methods.Count == 0 || host.ContainingAssembly is not ISourceAssemblySymbol assembly)
        {
            return null;
        }

        List<IMethodSymbol> fitting = [.. methods.Where(method => Misfit(method) is null)];
        if (fitting.Count != 1)
        {
            IMethodSymbol wrong = fitting.Count == 0 ? methods[0] : fitting[1];
            unreadable |= methods.Any(static method => HasError(method));
            string text = fitting.Count == 0 ? Misfit(wrong)! : $"there is more than one {name} to choose from";
            return Faulty(new FunctionFault(FunctionFaultKind.Signature, PlaceOf(host, wrong, node: 0), text));
        }

        var translator = new FunctionTranslator(host, assembly.Compilation, allowsDouble: name == Score, cancellation);
        UserFunction function = translator.Translate(fitting[0]);
        unreadable |= translator.IsUnreadable;
        return function;
    }

    /// <summary>Names a node of a method.</summary>
    internal static FunctionPlace PlaceOf(INamedTypeSymbol host, IMethodSymbol method, int node) =>
        new(method.Name, Methods(host, method.Name).FindIndex(other => SymbolEqualityComparer.Default.Equals(other, method)), node);

    /// <summary>The syntax that a place names in a class, or null when the class no longer has it.</summary>
    public static SyntaxNode? Find(INamedTypeSymbol host, FunctionPlace place, CancellationToken cancellation)
    {
        IMethodSymbol? method = Methods(host, place.Method).ElementAtOrDefault(place.Overload);
        return (method?.PartialImplementationPart ?? method)?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation)
            .DescendantNodesAndSelf().ElementAtOrDefault(place.Node);
    }

    // In declaration order: Overload counts them.
    private static List<IMethodSymbol> Methods(INamedTypeSymbol host, string name) =>
        [.. host.GetMembers(name).OfType<IMethodSymbol>().Where(static method => method.MethodKind == MethodKind.Ordinary && !method.IsImplicitlyDeclared)];

    private static UserFunction Faulty(FunctionFault fault) =>
        new(ScalarExpression.Constant(true), default, new EquatableArray<FunctionFault>([fault])) { Place = fault.Place };

    private static bool HasError(IMethodSymbol method) =>
        method.ReturnType.TypeKind == TypeKind.Error || method.Parameters.Any(static parameter => parameter.Type.TypeKind == TypeKind.Error);

    // What keeps a method from being a user function, or null.
    private static string? Misfit(IMethodSymbol method)
    {
        bool isKeep = method.Name == Keep;
        string expected = isKeep ? "static bool Keep(int query, int key) or static bool Keep(int head, int query, int key)" : "static float Score(float score, int head, int query, int key)";
        if (!method.IsStatic)
        {
            return $"it is not static; declare it as {expected}";
        }

        if (method.ReturnType.SpecialType != (isKeep ? SpecialType.System_Boolean : SpecialType.System_Single) || method.IsGenericMethod || method.IsAsync || method.ReturnsByRef || method.ReturnsByRefReadonly)
        {
            return $"it returns {method.ReturnType.ToDisplayString()}{(method.IsGenericMethod ? " and is generic" : "")}; declare it as {expected}";
        }

        foreach (IParameterSymbol parameter in method.Parameters)
        {
            SpecialType type = parameter.Name switch
            {
                "score" when !isKeep => SpecialType.System_Single,
                "head" or "query" or "key" => SpecialType.System_Int32,
                _ => SpecialType.None,
            };
            if (type == SpecialType.None || parameter.Type.SpecialType != type || parameter.RefKind != RefKind.None)
            {
                return $"its parameter '{parameter.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}' is none of those it may take, which go by their names; declare it as {expected}";
            }
        }

        return null;
    }
}
