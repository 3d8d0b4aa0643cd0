using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AttentionGen.Generator.Spec;

/// <content>What a function may know besides its parameters: constants, and read-only fields and tables whose values are constants.</content>
internal sealed partial class FunctionTranslator
{
    /// <summary>Elements of a table: it is written out in the generated file.</summary>
    private const int GreatestTable = 4096;

    // The use inside the method that led to code outside of it.
    private SyntaxNode? _use;

    private ScalarExpression Field(IFieldReferenceOperation reference)
    {
        IFieldSymbol field = reference.Field;
        if (!field.IsStatic)
        {
            return Fault(reference, $"the instance field '{field.Name}': there is no instance");
        }

        if (!field.IsReadOnly)
        {
            return Fault(reference, $"the static field '{field.Name}', which can change; make it const or readonly");
        }

        return TypeOf(field.Type) is null
            ? Fault(reference, $"the field '{field.Name}' of type '{field.Type.ToDisplayString()}'; only an element of a table can be used")
            : ReadOutside(reference, field, InitializerOf(field));
    }

    private ScalarExpression Property(IPropertyReferenceOperation reference)
    {
        IPropertySymbol property = reference.Property;
        if (property.IsIndexer && reference.Instance is { } table && reference.Arguments.Length == 1)
        {
            return Lookup(reference, table, reference.Arguments[0].Value);
        }

        if (property.Name == "Length" && reference.Instance is { } counted && Elements(counted) is { } elements)
        {
            return ScalarExpression.Constant(elements.Count);
        }

        bool isComputed = property.IsStatic && property.GetMethod is not null && property.SetMethod is null && SymbolEqualityComparer.Default.Equals(property.ContainingType, host);
        SyntaxNode? getter = isComputed ? property.GetMethod!.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) : null;
        if (getter is not (ArrowExpressionClauseSyntax or AccessorDeclarationSyntax { Body: not null } or AccessorDeclarationSyntax { ExpressionBody: not null }) || TypeOf(property.Type) is null)
        {
            return Fault(reference, $"the property '{property.Name}', which is state; make it const");
        }

        return _reading.Contains(property.GetMethod!, SymbolEqualityComparer.Default) ? Fault(reference, "recursion") : ReadMethod(property.GetMethod!, []);
    }

    private ScalarExpression ReadOutside(IOperation use, ISymbol symbol, SyntaxNode? initializer)
    {
        if (initializer is null || _reading.Contains(symbol, SymbolEqualityComparer.Default))
        {
            return Fault(use, $"the field '{symbol.Name}', whose value is not known at compile time; initialise it where it is declared, in a class without a static constructor");
        }

        SyntaxNode? outer = _use;
        _use ??= use.Syntax;
        _reading.Push(symbol);
        IOperation? value = compilation.GetSemanticModel(initializer.SyntaxTree).GetOperation(initializer, cancellation);
        ScalarExpression result = value is null ? Fault(use) : Read(value);
        _reading.Pop();
        _use = outer;
        return result;
    }

    private SyntaxNode? InitializerOf(IFieldSymbol field) =>
        field.ContainingType.StaticConstructors.All(static constructor => constructor.IsImplicitlyDeclared)
        && field.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is VariableDeclaratorSyntax { Initializer: { } initializer }
            ? initializer.Value
            : null;

    private ScalarExpression Lookup(IOperation lookup, IOperation table, IOperation index)
    {
        ScalarExpression at = Read(index);
        if (TypeOf(lookup.Type) is not { } type || type == ScalarType.Bool || at.Type != ScalarType.Int)
        {
            return Fault(lookup, $"a table of '{lookup.Type?.ToDisplayString()}'{FunctionConstructs.Doubles(lookup.Type)}");
        }

        if (Elements(table) is not { } elements)
        {
            return Fault(table, $"the table '{table.Syntax}', whose elements are not known at compile time; declare it as 'static readonly float[]' or 'static ReadOnlySpan<float>' with constant elements");
        }

        if (elements.Count is 0 or > GreatestTable)
        {
            return Fault(table, $"the table '{table.Syntax}' of {elements.Count} elements; 1 to {GreatestTable} are allowed");
        }

        var known = new FunctionTable(table.Syntax.ToString(), type, new EquatableArray<double>(elements));
        int number = _tables.IndexOf(known);
        if (number < 0)
        {
            number = _tables.Count;
            _tables.Add(known);
        }

        return new ScalarExpression(ScalarOperation.Lookup, type, number, at) { Place = PlaceOf(index.Syntax) };
    }

    // The elements of an array or span that never changes, or null.
    private List<double>? Elements(IOperation table)
    {
        ISymbol? symbol = table switch
        {
            IFieldReferenceOperation { Field: { IsStatic: true, IsReadOnly: true } field } => field,
            IPropertyReferenceOperation { Property: { IsStatic: true, SetMethod: null } property } => property,
            _ => null,
        };
        SyntaxNode? initializer = symbol switch
        {
            IFieldSymbol field => InitializerOf(field),
            IPropertySymbol property => property.GetMethod?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is ArrowExpressionClauseSyntax arrow ? arrow.Expression : null,
            _ => null,
        };
        if (initializer is null)
        {
            return null;
        }

        IOperation? value = compilation.GetSemanticModel(initializer.SyntaxTree).GetOperation(initializer, cancellation);
        while (value is IConversionOperation conversion)
        {
            value = conversion.Operand;
        }

        IReadOnlyList<IOperation>? elements = value switch
        {
            IArrayCreationOperation { Initializer: { } list } => list.ElementValues,
            IArrayInitializerOperation list => list.ElementValues,
            ICollectionExpressionOperation list => list.Elements,
            _ => null,
        };
        return elements is null || elements.Any(static element => Number(element) is null) ? null : [.. elements.Select(static element => Number(element)!.Value)];
    }

    private static double? Number(IOperation element) => element.ConstantValue is { HasValue: true, Value: { } value }
        ? value switch
        {
            int number => number,
            float number => number,
            _ => null,
        }
        : null;
}
