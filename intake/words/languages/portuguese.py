"""Portuguese, of Portugal and of Brazil."""

from __future__ import annotations

from typing import Final

from intake.tables import Table
from intake.words.languages.language import Y_OR_REVENUE, Language

PORTUGUESE: Final = Language(
    name="Portuguese",
    small_words="de do da dos das o a os as em no na por para ao e um uma com",
    code_words="codigo cod id numero num nro chave ref referencia",
    name_words="nome descricao desc designacao denominacao titulo",
    columns={
        "unique_id": "série, id série",
        "location": (
            "restaurante, loja, filial, armazém, estabelecimento, ponto de venda, pdv, "
            "unidade de negócio, depósito, "
            "fábrica, local, sucursal, centro, posto de venda"
        ),
        "product": "produto, artigo, item, material, mercadoria, prato, peça",
        "channel": "canal, canal de venda, canal de vendas, canal de distribuição",
        "ds": (
            "data, período, data venda, data da venda, data movimento, início semana, início da semana, "
            "semana de, data hora, data operação, data e hora, data da transação"
        ),
        "weekday": "dia semana, dia da semana, nome dia",
        "year": "ano, exercício, ano fiscal",
        "quarter": "trimestre, trim",
        "month": "mês, ano mês, mês ano, nome mês, anomes, mês referência",
        "week": "semana, número semana, semana ISO, ano semana",
        "day": "dia, dia do mês",
        "price": (
            "preço, preço unitário, preço venda, preço de venda, pvp, valor unitário, preço médio, preço "
            "por unidade, vl unitário, vlr unitário, preço un"
        ),
        "in_stock": "em stock, em estoque, disponível, disponibilidade",
        "requested": "solicitado, quantidade solicitada, unidades solicitadas, quantidade pedida",
        "promotion": "promoção, promo, promoções, em promoção, oferta, campanha",
        "holiday": "feriado, feriados, é feriado, dia feriado",
        "closed": "fechado, fechada, encerrado",
        "temperature": "temperatura, temperatura média",
        "sunshine": "sol, horas de sol, insolação",
        "lot": "lote, número lote, código lote",
        "expiry": "validade, data validade, vencimento, data vencimento, data de validade, prazo de validade",
        "on_order": (
            "em encomenda, em trânsito, encomendado, a receber, pedidos em aberto, quantidade encomendada"
        ),
        "due_date": (
            "entrega, data entrega, data prevista, data chegada, previsão de entrega, previsão de chegada, "
            "data de recebimento"
        ),
        "due_in": "chega em",
        "due_unit": "unidade de prazo",
        "quarantine": "quarentena, bloqueado, retido, estoque bloqueado",
        "category": (
            "categoria, família, grupo, departamento, seção, secção, subgrupo, grupo produto, família produto"
        ),
        "unit": "unidade, unidade de medida, medida, um",
        "holding_cost": (
            "custo de armazenagem, custo de manutenção, custo de posse, custo de estoque, custo de "
            "armazenamento"
        ),
        "shortage_cost": "custo de ruptura, custo de rutura, custo de falta",
        "service_level": "nível de serviço",
        "shelf_life": "vida útil, dias de validade, prazo de validade dias, vida de prateleira",
        "floor": "estoque mínimo, stock mínimo, existência mínima",
        "source": "origem, fonte, fornecido por, abastecido por",
        "similar_to": "semelhante a, similar a, produto semelhante, produtos semelhantes",
        "launch": "lançamento, data de lançamento, primeiro dia de venda, à venda desde",
        "currency": "moeda, divisa",
        "supplier_id": "fornecedor",
        "email": "correio eletrónico, correio eletrônico, endereço de email",
        "lead_time": (
            "prazo, prazo entrega, prazo de entrega, dias de entrega, tempo de entrega, prazo dias, tempo "
            "de reposição"
        ),
        "minimum_order_value": (
            "valor mínimo, valor mínimo encomenda, pedido mínimo valor, valor mínimo de pedido, valor "
            "mínimo de encomenda"
        ),
        "order_weekdays": "dias de encomenda, dias de pedido",
        "component": "componente, ingrediente, matéria prima, insumo",
        "unit_cost": "custo, custo unitário, preço compra, preço de compra, preço de custo",
        "break_quantity": "a partir de, quantidade a partir, escalão",
        "pack_size": (
            "tamanho embalagem, unidades por caixa, unidades por embalagem, múltiplo, embalagem, tamanho "
            "caixa, múltiplo de compra"
        ),
        "minimum_order_quantity": (
            "quantidade mínima, pedido mínimo, encomenda mínima, quantidade mínima de encomenda, quantidade "
            "mínima de pedido, lote mínimo"
        ),
        "purchase_unit": "unidade de compra",
        "unit_factor": "fator de conversão, factor de conversão, fator conversão",
        "preference": "preferência, prioridade",
        "parent": "pai, produto acabado, produto pai, produto final",
        "quantity_per": "quantidade por, quantidade por unidade, consumo, quantidade necessária",
        "scrap_rate": "perda, desperdício, taxa de perda, quebra, taxa de desperdício, refugo",
        "yield_rate": "rendimento, taxa de rendimento",
        "resource": "recurso, máquina, linha, centro de trabalho, linha de produção",
        "capacity": "capacidade, capacidade disponível, capacidade máxima",
        "ramp": "rampa, aumento máximo",
        "scheduled": "programado, comprometido",
        "density": "densidade",
    },
    codes={"product": "referência, ref, código, código de barras, chave, código interno"},
    names={"product": "descrição, designação, nome, denominação"},
    in_table={
        Table.SALES: {
            "y": (
                "quantidade, qtd, qtde, qnt, quant, unidades, unidades vendidas, quantidade vendida, qtd "
                "vendida, qtde vendida, vendas unidades, vendas em unidades, procura, demanda, peças, "
                "volume, vendido, vendidos, quantidade faturada, qtd faturada, quilos, litros, unid"
            ),
            Y_OR_REVENUE: (
                "vendas, venda, vendas totais, total vendas, venda total, total de vendas, vendas diárias"
            ),
            "revenue": (
                "euros, preço total, receita, faturamento, faturação, valor, valor total, "
                "valor líquido, montante, receita "
                "líquida, vendas líquidas, total líquido, valor venda, valor da venda, total linha, vl "
                "total, vlr total, valor total líquido, valor vendas, importância, subtotal"
            ),
            "discount": "desconto, valor desconto, abatimento, desc, percentual desconto",
            "ticket": (
                "cupom, fatura, nota fiscal, talão, recibo, nf, número fatura, pedido, número nota, "
                "documento, cupom fiscal, encomenda, transação, número pedido"
            ),
            "line_number": "linha, número linha, posição, linha fatura, item número",
            "time": "hora, hora venda, hora da venda, horário",
            "customers": "clientes, número de clientes, fluxo, visitantes",
        },
        Table.STOCK: {
            "on_hand": (
                "utilização livre, estoque, existências, existência, quantidade, inventário, "
                "unidades, estoque atual, stock "
                "atual, saldo, estoque disponível, qtd, disponível, estoque físico, quantidade em estoque"
            ),
            "as_of": "data, data estoque, data inventário, data stock, data contagem",
        },
        Table.ITEMS: {"source": "origem, fonte, fornecedor, fornecido por, fornecedor principal"},
        Table.SUPPLIERS: {
            "minimum_order_value": (
                "pedido mínimo, encomenda mínima, valor mínimo, valor mínimo encomenda, "
                "pedido mínimo valor, valor mínimo de pedido, valor mínimo de encomenda"
            ),
            "supplier_id": "código, fornecedor, código fornecedor, chave",
            "name": "nome, nome fornecedor, razão social, empresa",
        },
        Table.TERMS: {  # what a supplier asks is what we pay
            "unit_cost": (
                "custo, custo unitário, preço compra, preço de compra, preço de custo, preço, preço "
                "unitário, tarifa"
            ),
        },
        Table.BILL_OF_MATERIALS: {
            "parent": "produto, artigo, material, produto acabado, pai, produto final, receita",
            "quantity_per": (
                "quantidade, quantidade por, quantidade por unidade, consumo, qtd, quantidade necessária"
            ),
        },
        Table.CAPACITY: {"capacity": "capacidade, capacidade disponível, quantidade, unidades"},
        Table.CALENDAR: {"holiday": "feriado, feriados, é feriado, nome feriado"},
    },
    second_choice={
        Table.SALES: {
            "ds": (
                "data fatura, data pedido, data emissão, data documento, data encomenda, data nota, data de "
                "faturamento, data cadastro"
            ),
            "revenue": "total, valor bruto, total com IVA, total bruto, receita bruta, faturamento bruto",
            "price": "preço com IVA, preço tabela, preço bruto",
        },
    },
    not_used={
        "the customer": (
            "cliente, comprador, nome cliente, consumidor, tipo cliente, sexo, idade, cartão cliente"
        ),
        "the seller": (
            "vendedor, vendedora, operador, funcionário, caixa, usuário, utilizador, representante, atendente"
        ),
        "an address": (
            "endereço, morada, rua, cidade, código postal, cep, país, estado, região, bairro, município, "
            "uf, distrito, concelho"
        ),
        "a person": (
            "telefone, telemóvel, celular, sobrenome, apelido, cpf, nif, cnpj, data de nascimento, contato, "
            "contacto"
        ),
        "the budget": "orçamento, orçado, vendas orçadas",
        "the waste": "quebra, quebras, desperdício, perdas",
        "the payment": (
            "pagamento, forma de pagamento, meio de pagamento, método de pagamento, cartão, banco, condição "
            "de pagamento"
        ),
        "tax": "cfop, ncm, cst, iva, imposto, impostos, taxa iva, icms, valor iva, percentual imposto",
        "cost and margin": "custo, custo unitário, preço de custo, preço compra, margem, lucro",
        "shipping": "data envio, data entrega, envio, transportadora, frete, data de vencimento",
        "stock": "estoque, existências, saldo, estoque final",
        "a remark": "observações, observação, comentário, nota, motivo, linha número",
        "the unit": "unidade, unidade de medida, medida, um",
        "the currency": "moeda, câmbio, taxa de câmbio",
        "the supplier": "fornecedor, marca, fabricante",
    },
)
