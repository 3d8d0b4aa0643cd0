using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionGen.Generator.Spec;

/// <summary>Finds those members of a host that bear the name of something that may be generated. What else the class contains is none of our business.</summary>
public static class MemberReader
{
    /// <summary>How constructors are called.</summary>
    public const string Constructor = ".ctor";

    // What the compiler puts into the path of every file that the generator writes.
    private const string GeneratedFolder = "AttentionGen.Generator.AttentionGenerator";

    private static readonly SymbolDisplayFormat TypeName = new(
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes);

    /// <summary>Every name that a declaration may give to a generated member; a test holds it to what is generated.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "Heads", "KvHeads", "HeadDim", "ValueDim", "DModel", "WorkspaceBytesPerThread", "kernelDescription", "LaunchKernel", "Forward",
        "sinusoidalEncoding", "GetEncoding", "AddEncoding", "featureDraw", "RandomFeatures", "RedrawFeatures", "BuildBlockMask",
        "layerState", "Weights", "Dispose", Constructor,
        "CacheShape", "LaunchCached", "Append", "Prefill", "Decode",
        "InnerDim", "StateSize", "scanDescription", "Scan", "Step", "NewState", "LaunchConvolution", "Run", "CreateState", "LaunchStep",
        "SelectGpuKernel", "LaunchGpu", "SelectGpu", "gpuKernels", "LaunchTensor", "CreateTensorKernel", "LaunchGpuCached", "gpuCacheKernels",
    ];

    /// <summary>The members of a class that bear one of <see cref="Names"/>, its own and inherited ones.</summary>
    internal static EquatableArray<HostMember> Read(INamedTypeSymbol host, CancellationToken cancellation)
    {
        var members = new List<HostMember>();
        foreach (string name in Names)
        {
            int index = 0;
            foreach (ISymbol member in Own(host, name))
            {
                members.Add(new HostMember(name, Signature(member), index++) { IsUnchained = IsUnchained(member, cancellation) });
            }

            for (INamedTypeSymbol? ancestor = host.BaseType; name != Constructor && ancestor is { SpecialType: not SpecialType.System_Object }; ancestor = ancestor.BaseType)
            {
                members.AddRange(ancestor.GetMembers(name).Where(static member => member.DeclaredAccessibility != Accessibility.Private).Select(member => new HostMember(name, Signature(member), Index: -1)));
            }
        }

        return new EquatableArray<HostMember>(members);
    }

    /// <summary>What its author wrote under a name, in the order of declaration: the analyzer also sees what was generated.</summary>
    public static IEnumerable<ISymbol> Own(INamedTypeSymbol host, string name) => host.GetMembers(name)
        .Where(static member => !member.IsImplicitlyDeclared && member.DeclaringSyntaxReferences.Any(static reference => !IsGenerated(reference.SyntaxTree)));

    /// <summary>Whether the generator wrote a file.</summary>
    public static bool IsGenerated(SyntaxTree tree) => tree.FilePath.IndexOf(GeneratedFolder, StringComparison.Ordinal) >= 0;

    private static string? Signature(ISymbol member) => member is IMethodSymbol method
        ? string.Join(", ", method.Parameters.Select(static parameter => (parameter.RefKind == RefKind.None ? "" : "ref ") + parameter.Type.ToDisplayString(TypeName))) + new string('`', method.Arity)
        : null;

    private static bool IsUnchained(ISymbol member, CancellationToken cancellation) =>
        member is IMethodSymbol { MethodKind: MethodKind.Constructor }
        && member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is ConstructorDeclarationSyntax constructor
        && !constructor.Initializer.IsKind(SyntaxKind.ThisConstructorInitializer);
}
