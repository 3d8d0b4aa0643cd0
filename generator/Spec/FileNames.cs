using System;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Spec;

/// <summary>Names output files so that no two hosts share one where case does not count.</summary>
internal static class FileNames
{
    private const uint HashBasis = 2166136261, HashPrime = 16777619;

    public static string Of(INamedTypeSymbol host, string metadataName) =>
        HasCaseTwin(host) ? metadataName + "-" + Hash(metadataName).ToString("x8", CultureInfo.InvariantCulture) : metadataName;

    // Twins of the class, of a type around it, or of a namespace around those: any may lead to a second host of the same letters.
    private static bool HasCaseTwin(INamespaceOrTypeSymbol symbol)
    {
        for (INamespaceOrTypeSymbol? inner = symbol; inner is not null and not INamespaceSymbol { IsGlobalNamespace: true };)
        {
            INamespaceOrTypeSymbol? outer = inner.ContainingType is { } type ? type : inner.ContainingNamespace;
            if (outer is null)
            {
                return false;
            }

            string name = inner.Name;
            bool hasTwin = outer is INamespaceSymbol space
                ? space.GetMembers().Any(member => IsTwin(member.Name, name))
                : ((INamedTypeSymbol)outer).GetTypeMembers().Any(member => IsTwin(member.Name, name));
            if (hasTwin)
            {
                return true;
            }

            inner = outer;
        }

        return false;
    }

    private static bool IsTwin(string left, string right) =>
        string.Equals(left, right, StringComparison.OrdinalIgnoreCase) && !string.Equals(left, right, StringComparison.Ordinal);

    // FNV-1a (Fowler, Noll, Vo): the same on every machine, unlike string.GetHashCode.
    private static uint Hash(string text)
    {
        uint hash = HashBasis;
        foreach (char letter in text)
        {
            hash = unchecked((hash ^ letter) * HashPrime);
        }

        return hash;
    }
}
