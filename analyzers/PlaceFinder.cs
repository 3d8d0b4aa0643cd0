using System.Linq;
using System.Threading;
using AttentionGen.Generator.Rules;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionGen.Analyzers;

/// <summary>Finds where in the source a violation's place stands.</summary>
internal static class PlaceFinder
{
    public static Location Find(Place place, INamedTypeSymbol host, HostAttributes attributes, CancellationToken cancellation)
    {
        if (place.Node is { } node && FunctionReader.Find(host, node, cancellation) is { } syntax)
        {
            return syntax is MethodDeclarationSyntax method ? method.Identifier.GetLocation() : syntax.GetLocation();
        }

        if (place.Kind == PlaceKind.Member && MemberReader.Own(host, place.Argument!).ElementAtOrDefault(place.Index) is { } member)
        {
            return member.Locations[0];
        }

        AttributeSyntax? attribute = Syntax(DataOf(place, attributes), cancellation);
        return place.Kind == PlaceKind.Host || attribute is null
            ? ClassName(host, attributes, cancellation)
            : Argument(attribute, place.Argument)?.GetLocation() ?? attribute.Name.GetLocation();
    }

    private static AttributeData? DataOf(Place place, HostAttributes attributes) => place.Kind switch
    {
        PlaceKind.Model => attributes.ClassModel,
        PlaceKind.Encoding => attributes.Encodings[place.Index],
        PlaceKind.Cache => attributes.Cache,
        _ => attributes.Attention,
    };

    private static AttributeSyntax? Syntax(AttributeData? attribute, CancellationToken cancellation) =>
        attribute?.ApplicationSyntaxReference?.GetSyntax(cancellation) as AttributeSyntax;

    private static AttributeArgumentSyntax? Argument(AttributeSyntax attribute, string? name)
    {
        if (name is null || attribute.ArgumentList is not { } list)
        {
            return null;
        }

        // The name of the type or encoding may also be the constructor's argument.
        return list.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == name)
            ?? (name == "Type" ? list.Arguments.FirstOrDefault(argument => argument.NameEquals is null) : null);
    }

    private static Location ClassName(INamedTypeSymbol host, HostAttributes attributes, CancellationToken cancellation)
    {
        TypeDeclarationSyntax? part = Syntax(attributes.Attention, cancellation)?.FirstAncestorOrSelf<TypeDeclarationSyntax>();
        return part?.Identifier.GetLocation() ?? host.Locations.First();
    }
}
