using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionGen.Generator.Spec;

/// <content>The half that reads the class itself.</content>
public static partial class SpecReader
{
    private static readonly SymbolDisplayFormat PlainNamespace = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces);

    private static readonly SymbolDisplayFormat EscapedNamespace =
        PlainNamespace.WithMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    private static HostSpec ReadHost(INamedTypeSymbol host, CancellationToken cancellation)
    {
        var containers = new List<INamedTypeSymbol>();
        for (INamedTypeSymbol? outer = host.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            containers.Insert(0, outer);
        }

        INamespaceSymbol space = host.ContainingNamespace;
        string metadataName = MetadataName(host, containers);
        return new HostSpec(
            Namespace: space is null || space.IsGlobalNamespace ? "" : space.ToDisplayString(EscapedNamespace),
            Name: Escape(host.Name),
            Modifiers: host.IsStatic ? Accessibility(host) + " static" : Accessibility(host),
            Containers: new EquatableArray<string>(containers.Select(Header)),
            IsStatic: host.IsStatic,
            IsPartial: containers.All(outer => IsPartial(outer, cancellation)) && IsPartial(host, cancellation),
            MetadataName: metadataName)
        {
            FileName = FileNames.Of(host, metadataName),
            Problem = FindProblem(host, containers, cancellation),
            Members = MemberReader.Read(host, cancellation),
        };
    }

    private static HostProblem FindProblem(INamedTypeSymbol host, List<INamedTypeSymbol> containers, CancellationToken cancellation)
    {
        if (host.IsGenericType || containers.Any(outer => outer.IsGenericType))
        {
            return HostProblem.Generic;
        }

        if (host.IsFileLocal || containers.Any(outer => outer.IsFileLocal))
        {
            return HostProblem.FileLocal;
        }

        if (host.IsRecord)
        {
            return HostProblem.Record;
        }

        bool hasPrimaryConstructor = Parts(host, cancellation).Any(part => part.ParameterList is not null);
        return hasPrimaryConstructor ? HostProblem.PrimaryConstructor
            : host.IsStatic || CanBeCalled(host.BaseType) ? HostProblem.None
            : HostProblem.BaseConstructor;
    }

    // Whether a constructor without an initialiser finds one of the base class to call.
    private static bool CanBeCalled(INamedTypeSymbol? ancestor) =>
        ancestor is null or { TypeKind: TypeKind.Error }
        || ancestor.InstanceConstructors.Any(static constructor => constructor.DeclaredAccessibility != Microsoft.CodeAnalysis.Accessibility.Private && constructor.Parameters.All(static parameter => parameter.IsOptional || parameter.IsParams));

    // The analyzer also sees the part that was generated, which is partial whatever its author wrote.
    private static IEnumerable<TypeDeclarationSyntax> Parts(INamedTypeSymbol type, CancellationToken cancellation) =>
        type.DeclaringSyntaxReferences.Where(static reference => !MemberReader.IsGenerated(reference.SyntaxTree)).Select(reference => reference.GetSyntax(cancellation)).OfType<TypeDeclarationSyntax>();

    private static bool IsPartial(INamedTypeSymbol type, CancellationToken cancellation) =>
        Parts(type, cancellation).Any(part => part.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static string Header(INamedTypeSymbol type)
    {
        string kind = type.TypeKind switch
        {
            TypeKind.Struct => type.IsRecord ? "record struct" : "struct",
            TypeKind.Interface => "interface",
            _ => type.IsRecord ? "record" : "class",
        };
        return $"partial {kind} {Escape(type.Name)}";
    }

    private static string Accessibility(INamedTypeSymbol type) => SyntaxFacts.GetText(type.DeclaredAccessibility);

    private static string Escape(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name : name;

    private static string MetadataName(INamedTypeSymbol host, List<INamedTypeSymbol> containers)
    {
        string nested = string.Join("+", containers.Append(host).Select(type => type.MetadataName));
        INamespaceSymbol space = host.ContainingNamespace;
        return space is null || space.IsGlobalNamespace ? nested : space.ToDisplayString(PlainNamespace) + "." + nested;
    }
}
