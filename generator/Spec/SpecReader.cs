using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Spec;

/// <summary>
/// Turns a class's attributes into an <see cref="AttentionSpec"/>: the only parser of declarations, shared by the generator and the analyzer.
/// It concludes nothing and accepts anything, code that does not compile included.
/// </summary>
public static partial class SpecReader
{
    /// <summary>The attribute that makes a class a host.</summary>
    public const string AttributeName = "AttentionGen.AttentionAttribute";

    /// <summary>The spec a class declares, or null when it declares none.</summary>
    public static AttentionSpec? Read(INamedTypeSymbol host, CancellationToken cancellation) =>
        HostAttributes.Of(host) is { } attributes ? Read(host, attributes, cancellation) : null;

    /// <summary>The spec that a host's attributes declare.</summary>
    public static AttentionSpec Read(INamedTypeSymbol host, HostAttributes attributes, CancellationToken cancellation)
    {
        bool unreadable = false;
        var arguments = new List<ArgumentSpec>();
        var replaced = new List<ArgumentSpec>();
        ReadArguments(attributes.Attention, ArgumentSource.Attention, arguments, replaced, ref unreadable);
        ReadArguments(attributes.ClassModel, ArgumentSource.ClassModel, arguments, replaced, ref unreadable);
        ReadArguments(attributes.AssemblyModel, ArgumentSource.AssemblyModel, arguments, replaced, ref unreadable);

        var encodings = new List<EncodingSpec>();
        foreach (AttributeData encoding in attributes.Encodings)
        {
            var own = new List<ArgumentSpec>();
            ReadArguments(encoding, ArgumentSource.Encoding, own, [], ref unreadable);
            encodings.Add(new EncodingSpec(ReadName(encoding, absent: "", ref unreadable), new EquatableArray<ArgumentSpec>(own)));
        }

        CacheSpec? cache = null;
        if (attributes.Cache is { } declared)
        {
            var own = new List<ArgumentSpec>();
            ReadArguments(declared, ArgumentSource.Cache, own, [], ref unreadable);
            cache = new CacheSpec(new EquatableArray<ArgumentSpec>(own));
        }

        UserFunction? keep = FunctionReader.Read(host, FunctionReader.Keep, cancellation, ref unreadable);
        UserFunction? score = FunctionReader.Read(host, FunctionReader.Score, cancellation, ref unreadable);
        return new AttentionSpec(
            ReadHost(host, cancellation),
            ReadName(attributes.Attention, absent: "standard", ref unreadable),
            new EquatableArray<ArgumentSpec>(arguments),
            new EquatableArray<EncodingSpec>(encodings))
        {
            IsUnreadable = unreadable,
            Cache = cache,
            Replaced = new EquatableArray<ArgumentSpec>(replaced),
            Keep = keep,
            Score = score,
        };
    }

    // A named Type wins over the constructor's, as it does at run time.
    private static string ReadName(AttributeData attribute, string absent, ref bool unreadable)
    {
        foreach (KeyValuePair<string, TypedConstant> named in attribute.NamedArguments)
        {
            if (named.Key == "Type")
            {
                return Normalise(named.Value, ref unreadable);
            }
        }

        if (!attribute.ConstructorArguments.IsEmpty)
        {
            return Normalise(attribute.ConstructorArguments[0], ref unreadable);
        }

        // [PositionalEncoding] without its name does not compile.
        unreadable |= attribute.AttributeConstructor is null;
        return absent;
    }

    private static string Normalise(TypedConstant constant, ref bool unreadable)
    {
        unreadable |= constant.Kind == TypedConstantKind.Error;
        return constant.Kind == TypedConstantKind.Primitive && constant.Value is string text ? text.Trim().ToLowerInvariant() : "";
    }

    private static void ReadArguments(AttributeData? attribute, ArgumentSource source, List<ArgumentSpec> arguments, List<ArgumentSpec> replaced, ref bool unreadable)
    {
        foreach (KeyValuePair<string, TypedConstant> named in attribute?.NamedArguments ?? ImmutableArray<KeyValuePair<string, TypedConstant>>.Empty)
        {
            if (named.Key == "Type")
            {
                continue;
            }

            List<ArgumentSpec> target = arguments.Any(known => known.Name == named.Key) ? replaced : arguments;
            if (named.Value.Kind == TypedConstantKind.Array)
            {
                if (!named.Value.IsNull)
                {
                    target.Add(new ArgumentSpec(named.Key, 0, ReadNumbers(named.Value.Values, ref unreadable), source));
                }
            }
            else if (Number(named.Value) is { } number)
            {
                target.Add(new ArgumentSpec(named.Key, number, default, source));
            }
            else
            {
                // A null array is an error constant of kind Primitive in some Roslyn versions: it says nothing either way.
                unreadable |= !(named.Value.IsNull && named.Value.Kind != TypedConstantKind.Error);
            }
        }
    }

    private static EquatableArray<float> ReadNumbers(ImmutableArray<TypedConstant> elements, ref bool unreadable)
    {
        var numbers = new List<float>(elements.Length);
        foreach (TypedConstant element in elements)
        {
            double? number = Number(element);
            unreadable |= number is null;
            numbers.Add((float)(number ?? 0));
        }

        return new EquatableArray<float>(numbers);
    }

    private static double? Number(TypedConstant constant) =>
        constant.Kind is TypedConstantKind.Primitive or TypedConstantKind.Enum
            ? constant.Value switch
            {
                bool flag => flag ? 1 : 0,
                char letter => letter,
                string => null,
                IConvertible value => value.ToDouble(CultureInfo.InvariantCulture),
                _ => null,
            }
            : null;
}
